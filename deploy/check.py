#!/usr/bin/env python3
"""Holds the files in deploy/ against the rules of those who read them, and the guide's links.

    python3 deploy/check.py [GRADED…]

The samples are what the tests of src/report/gradebook write; folders that `pglings grade` has written
in all formats are held against the same rules. Needs the Debian packages python3-yaml,
python3-jsonschema and shellcheck.
"""

import csv
import json
import re
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import yaml

DEPLOY = Path(__file__).parent
SAMPLES = DEPLOY / "samples"

NUMBER = {"type": "number", "minimum": 0}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
SHOWN = {"enum": ["visible", "hidden", "after_due_date", "after_published"]}
# Gradescope, "Autograder Specifications", section "Output format".
GRADESCOPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "tests"],
    "properties": {
        "score": NUMBER,
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": SHOWN,
        "stdout_visibility": SHOWN,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["score", "max_score", "status", "name", "number"],
                "properties": {
                    "score": NUMBER,
                    "max_score": NUMBER,
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": FORMAT,
                    "visibility": SHOWN,
                },
            },
        },
    },
}
# PrairieLearn, "External grading", section "Grading results".
PRAIRIELEARN = {
    "type": "object",
    "required": ["score"],
    "properties": {
        "gradable": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "message": {"type": "string"},
        "format_errors": {"type": "array", "items": {"type": "string"}},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "points", "max_points"],
                "properties": {
                    "name": {"type": "string"},
                    "points": NUMBER,
                    "max_points": NUMBER,
                    "message": {"type": "string"},
                    "output": {"type": "string"},
                },
            },
        },
    },
}
COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string", "minLength": 1}
# Classroom 50, "The result.json contract". `owner`, `assignment_type` and `datetime` are the runner's.
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "classroom", "assignment", "submission", "commit", "release", "review",
                 "score", "max-score", "tests"],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": TEXT,
        "assignment": TEXT,
        "submission": {"type": "string", "pattern": "^submit/"},
        "commit": TEXT,
        "release": TEXT,
        "review": TEXT,
        "score": COUNT,
        "max-score": COUNT,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": TEXT,
                    "passed": {"type": "boolean"},
                    "score": COUNT,
                    "max-score": COUNT,
                },
            },
        },
    },
}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def gradebook(folder):
    schema = read(DEPLOY / "gradebook.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(read(folder / "gradebook.json"))

    autograder = runpy.run_path(str(DEPLOY / "classroom50/autograder.py"))
    environment = {"CLASSROOM": "databases", "ASSIGNMENT": "sql", "SUBMISSION_TAG": "submit/1-a"}
    environment |= {"COMMIT_URL": "commit", "RELEASE_URL": "release"}
    for path in sorted(folder.glob("*/*.json")):
        value = read(path)
        if path.parent.name == "classroom50":
            value = autograder["complete"](value, environment)
            jsonschema.validate(value, CLASSROOM50)
            for name in ("score", "max-score"):
                assert value[name] == sum(test[name] for test in value["tests"]), path
            assert all(test["score"] <= test["max-score"] for test in value["tests"]), path
        elif path.parent.name == "gradescope":
            jsonschema.validate(value, GRADESCOPE)
        else:
            jsonschema.validate(value, PRAIRIELEARN)
            assert path.stat().st_size < 1_000_000, path

    suites = ElementTree.parse(folder / "junit.xml").getroot()
    assert suites.tag == "testsuites"
    for suite in suites:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        for tag in ("failure", "error"):
            count = sum(case.find(tag) is not None for case in cases)
            assert int(suite.get(tag + "s")) == count, suite.get("name")

    for name in ("gradebook.csv", "verdicts.csv"):
        with open(folder / name, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}, name


def manifests():
    jobs = list(yaml.safe_load_all((DEPLOY / "kubernetes/job.yaml").read_text()))
    grade, merge = (job["spec"] for job in jobs)
    script = grade["template"]["spec"]["containers"][0]["args"][0]
    assert grade["completionMode"] == "Indexed"
    assert f'--partition "$part/{grade["completions"]}"' in script
    for job in (grade, merge):
        pod = job["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        for one in pod["containers"]:
            assert not one["securityContext"]["allowPrivilegeEscalation"]
            shell(one["args"][0], one["name"])

    steps = yaml.safe_load((DEPLOY / "ci/github.yml").read_text())["jobs"]
    parts = steps["grade"]["strategy"]["matrix"]["part"]
    assert parts == list(range(1, len(parts) + 1))
    runs = [step["run"] for job in steps.values() for step in job["steps"] if "run" in step]
    assert any(f"--partition ${{{{ matrix.part }}}}/{len(parts)}" in run for run in runs)
    for run in runs:
        shell(re.sub(r"\$\{\{.*?\}\}", "1", run), "ci/github.yml")

    read(DEPLOY / "prairielearn/info.json")
    read(DEPLOY / "classroom50/runtime.json")


def shell(script, name):
    print(f"shellcheck: {name}")
    command = ["shellcheck", "--shell=bash", "-"]
    subprocess.run(command, input=script, text=True, check=True)


def scripts():
    for name in ("gradescope/setup.sh", "gradescope/run_autograder", "prairielearn/run.sh"):
        path = DEPLOY / name
        assert path.stat().st_mode & 0o100, f"{name} cannot be run"
        subprocess.run(["bash", "-n", path], check=True)
        shell(path.read_text(), name)


def links():
    guide = DEPLOY.parent / "docs/instructors.md"
    text = guide.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert link in anchors or (guide.parent / link).exists(), link


if __name__ == "__main__":
    links()
    for folder in [SAMPLES, *map(Path, sys.argv[1:])]:
        gradebook(folder)
    manifests()
    scripts()
    sys.exit(0)
