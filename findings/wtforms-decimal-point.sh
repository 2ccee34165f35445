#!/usr/bin/env bash
# With use_locale a decimal field of WTForms reads "7.5" as 75 in Dutch and German, and as 7.5 in Polish and French.
# Why it matters: hours, wages and shares are typed with a point on many keyboards. Babel skips the point as a thousands
# mark wherever it stands, unless asked to be strict, and WTForms does not ask: ten times the hours, and no error.
# What we did: the portal asks for whole numbers, and refuses whatever is not one, with an example.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check wtforms==3.3.2 babel==2.18.0 werkzeug==3.1.9
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

from babel.numbers import NumberFormatError, parse_decimal
from werkzeug.datastructures import MultiDict
from wtforms import DecimalField, Form


class Hours(Form):
    hours = DecimalField(use_locale=True)


def read(typed, locale):
    form = Hours(MultiDict({"hours": typed}), meta={"locales": [locale]})
    return str(form.hours.data) if form.validate() else "refused"


def strictly(typed, locale):
    try:
        return str(parse_decimal(typed, locale=locale, strict=True))
    except NumberFormatError:
        return "refused"


seen = {locale: read("7.5", locale) for locale in ("nl_NL", "de_DE", "pl_PL", "fr_FR")}
print(f"subject: WTForms {version('wtforms')} with Babel {version('babel')}")
print("expected: 7.5 typed as hours is 7.5, or refused where the point is no decimal mark")
print(f"seen:     {seen}; Babel, strict, nl: {strictly('7.5', 'nl')}")
known = {"nl_NL": "75", "de_DE": "75", "pl_PL": "7.5", "fr_FR": "7.5"}
sys.exit((seen, strictly("7.5", "nl")) != (known, "refused"))
PY
