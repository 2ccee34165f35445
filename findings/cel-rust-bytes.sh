#!/usr/bin/env bash
# One of three CEL libraries measures a name in bytes, and lets the order of a list decide whether a rule fails.
# Why it matters: rules in CEL are meant to travel. "At most 6 letters" refuses Müller in this one alone; a search
# that finds what it looks for fails when a row that cannot be judged stands before it, and succeeds when it stands after it.
# What we did: rules run in the library of the makers of CEL.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  common-expression-language==0.10.0 cel-python==0.5.0 cel-expr-python==0.1.3
"$work/venv/bin/python" - <<'PY' 2> /dev/null
import sys
from importlib.metadata import version

import cel
import celpy
from cel_expr_python import cel as makers

RULES = 'size("Müller")', "[1, 0].exists(x, 1 / x == 1)", "[0, 1].exists(x, 1 / x == 1)", "[0, 2].all(x, 1 / x == 1)"


def by_rust(rule):
    try:
        return cel.evaluate(rule, {})
    except ZeroDivisionError as error:
        return type(error).__name__


def by_python(rule):
    environment = celpy.Environment()
    value = environment.program(environment.compile(rule)).evaluate({})
    return bool(value) if isinstance(value, celpy.celtypes.BoolType) else int(value)


def by_makers(rule):
    return makers.NewEnv().compile(rule).eval(data={}).value()


seen = {by.__name__: [by(rule) for rule in RULES] for by in (by_rust, by_python, by_makers)}
print("subject: common-expression-language", version("common-expression-language"), end=" ")
print("beside cel-python", version("cel-python"), "and cel-expr-python", version("cel-expr-python"))
print("expected: [6, True, True, False] (CEL, macros: all ignores errors once one is false, exists likewise)")
print("seen:    ", *(f"{name}: {values}" for name, values in seen.items()))
right = [6, True, True, False]
sys.exit(seen != {"by_rust": [7, True, *["ZeroDivisionError"] * 2], "by_python": right, "by_makers": right})
PY
