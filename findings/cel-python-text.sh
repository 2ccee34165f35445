#!/usr/bin/env bash
# cel-python writes values as Python does, drops fractions of a second, and counts a list from its end.
# Why it matters: string() makes keys and messages, so the same rule compares "True" with "true" and takes half a second for
# none. -1 as a place in a list is an error in CEL; here it is the last answer, and a rule that should fail goes on.
# What we did: rules run in the library of the makers of CEL.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cel-python==0.5.0 cel-expr-python==0.1.3
"$work/venv/bin/python" - <<'PY' 2> /dev/null
import sys
from importlib.metadata import version

import celpy
from cel_expr_python import cel as makers

RULES = [
    "string(true)",
    "string(duration('0.5s'))",
    "string(timestamp('2026-03-02T09:30:00.5Z'))",
    "string(duration('123.321s').getMilliseconds())",
    "string([1, 2][-1])",
]


def by_python(rule):
    environment = celpy.Environment()
    return str(environment.program(environment.compile(rule)).evaluate({}))


def by_makers(rule):
    return str(makers.NewEnv().compile(rule).eval(data={}).value())


seen, other = [by_python(rule) for rule in RULES], [by_makers(rule) for rule in RULES]
print("subject: cel-python", version("cel-python"), "beside cel-expr-python", version("cel-expr-python"))
print("expected: true 0.5s or 0.500s 2026-03-02T09:30:00.5Z 321 and an error (CEL, standard definitions of string() and _[_])")
print("seen:     cel-python:", *seen, "; cel-expr-python:", *other)
wrong = ["True", "0s", "2026-03-02T09:30:00Z", "123321", "2"]
right = ["true", "0.500s", "2026-03-02T09:30:00.500Z", "321"]
sys.exit((seen, other[:4], "Index error" in other[4]) != (wrong, right, True))
PY
