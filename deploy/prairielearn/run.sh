#!/usr/bin/env bash
# The entrypoint of the image for PrairieLearn. Its one argument is the exercise of the question, a
# number or a name: questions differ in nothing else, so they share the image.
set -euo pipefail
exercise=${1:?name the exercise}

# PrairieLearn puts the submitted files into /grade/student and starts a container for each.
# PGLINGS_SANDBOX can be set in the question's info.json (externalGradingOptions.environment).
cd /pglings
graded=$(mktemp -d)
./target/debug/pglings grade /grade/student --exercise "$exercise" \
  --format prairielearn --out "$graded" --sandbox "${PGLINGS_SANDBOX:-auto}"

# PrairieLearn does not make this folder. Where pglings failed, the script has ended above: without
# results the job counts as failed, and takes no attempt from anybody. A submission's id is the name
# of its folder.
mkdir -p /grade/results
cp "$graded/prairielearn/student.json" /grade/results/results.json
