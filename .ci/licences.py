#!/usr/bin/env python3
"""Holds the dependencies against deny.toml: licences, sources, and what is banned.

cargo-deny does more of it, takes minutes to compile, and has no package in Debian. Needs no
network: Cargo.lock says which packages there are, and cargo has their manifests.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def holds(expression: str, allowed: set[str]) -> bool:
    """Whether a licence expression of SPDX can be met with these licences."""
    words = re.findall(r"[()/]|[\w.+-]+", expression)
    # An exception only ever allows more.
    while "WITH" in words:
        at = words.index("WITH")
        del words[at : at + 2]
    signs = {"(": "(", ")": ")", "/": " or ", "OR": " or ", "AND": " and "}
    # Nothing but these signs and the words True and False is evaluated.
    return bool(eval("".join(signs.get(word) or f" {word in allowed} " for word in words)))


def main() -> int:
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    allowed = set(rules["licenses"]["allow"])
    registries = {f"registry+{url}" for url in rules["sources"]["allow-registry"]}
    banned = {ban["name"] for ban in rules["bans"]["deny"]}
    command = ["cargo", "metadata", "--format-version", "1", "--all-features", "--locked"]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    wrong, used = [], set()
    for package in found["packages"]:
        name = f"{package['name']} {package['version']}"
        licence = package["license"] or ""
        used |= set(re.findall(r"[\w.+-]+", licence)) & allowed
        if not licence or not holds(licence, allowed):
            wrong.append(f"{name} is under {licence or 'no licence that it names'}.")
        if package["source"] and package["source"] not in registries:
            wrong.append(f"{name} comes from {package['source']}.")
        if not package["source"] and not Path(package["manifest_path"]).is_relative_to(ROOT):
            wrong.append(f"{name} comes from a folder outside of the workbook.")
        if package["name"] in banned:
            wrong.append(f"{name} is banned.")
        wrong += [
            f"{name} takes any version of {need['name']}."
            for need in package["dependencies"]
            if not package["source"] and need["req"] == "*" and "path" not in need
        ]
    wrong += [f"{licence} is allowed and no package has it." for licence in sorted(allowed - used)]
    if wrong:
        print("\n".join(wrong), "Mend Cargo.toml, or say in deny.toml why it may be.", sep="\n")
        return 1
    print(f"{len(found['packages'])} packages, all as deny.toml has it")
    return 0


if __name__ == "__main__":
    assert holds("(MIT OR Apache-2.0) AND Unicode-3.0", {"MIT", "Unicode-3.0"})
    assert not holds("(MIT OR Apache-2.0) AND Unicode-3.0", {"MIT"})
    assert holds("Apache-2.0 WITH LLVM-exception", {"Apache-2.0"})
    assert not holds("GPL-3.0-only/MITX", {"MIT"})
    sys.exit(main())
