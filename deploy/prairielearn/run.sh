#!/usr/bin/env bash
# The entrypoint of the image for PrairieLearn. Its one argument is the exercise of the question, a
# number or a name: questions differ in nothing else, so they share the image.
set -euo pipefail
exercise=${1:?name the exercise}

# PrairieLearn puts the submitted files into /grade/student and starts a container for each.
# PGLINGS_SANDBOX can be set in the question's info.json (externalGradingOptions.environment).
cd /pglings
graded=$(mktemp -d)
# Whatever lies there is one submission, and its id the name of its folder.
class=$(mktemp -d)
cp --archive /grade/student "$class/student"
code=0
./target/debug/pglings grade "$class" --exercise "$exercise" \
  --format prairielearn --out "$graded" --sandbox "${PGLINGS_SANDBOX:-auto}" || code=$?

# What pglings could not grade is told in the results too, as not gradable, which takes no attempt.
# Without results the job counts as failed.
results="$graded/prairielearn/student.json"
[[ -f $results ]] || exit "$((code == 0 ? 1 : code))"
# PrairieLearn does not make this folder.
mkdir -p /grade/results
cp "$results" /grade/results/results.json
