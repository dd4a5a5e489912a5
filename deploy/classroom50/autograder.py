#!/usr/bin/env python3
"""Grades a submission of Classroom 50 with pglings.

Put it into CLASSROOM/autograders/ASSIGNMENT/ of your classroom50 repository, course.toml beside it
if you have one, and give the assignment the runtime of runtime.json. The runner starts it in the
learner's checkout and reads ./result.json; by the contract, any exit code but 0 is a failure of the
grader and none of the learner.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Where the image of deploy/Containerfile has the workbook.
PGLINGS = Path("/pglings")


def complete(result, environment):
    """The result with what only the runner knows. It stamps owner, type and time itself."""
    commit = environment["COMMIT_URL"]
    return result | {
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "submission": environment["SUBMISSION_TAG"],
        "commit": commit,
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or commit,
    }


def main():
    checkout = Path.cwd()
    course = Path(__file__).parent / "course.toml"
    with tempfile.TemporaryDirectory() as place:
        # Whatever lies in the checkout is one submission.
        submission, out = Path(place, "class/submission"), Path(place, "graded")
        beside = shutil.ignore_patterns(".git", "target")
        shutil.copytree(checkout, submission, symlinks=True, ignore=beside)
        command = [PGLINGS / "target/debug/pglings", "grade", submission.parent]
        command += ["--format", "classroom50"]
        command += ["--out", out, "--sandbox", os.environ.get("PGLINGS_SANDBOX", "auto")]
        if course.is_file():
            command += ["--course", course]
        # In the workbook's folder: a learner's checkout has exercises too, and is not the workbook.
        code = subprocess.run(command, cwd=PGLINGS, check=False).returncode
        if code != 0:
            return code
        # Its id is the name of its folder.
        file = out / "classroom50/submission.json"
        result = complete(json.loads(file.read_text(encoding="utf-8")), os.environ)
    (checkout / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
