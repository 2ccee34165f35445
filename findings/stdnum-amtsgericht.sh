#!/usr/bin/env bash
# python-stdnum takes the German abbreviation of "local court" for a part of the register number.
# Why it matters: letterheads say "Amtsgericht Düsseldorf, HRB 12345" or "HRB 12345 AG Düsseldorf". The first is refused,
# the second is accepted as another number, HRB 12345 AG. So one company gets two identities, and the second is printed.
# What we did: our own reading of section, number, court and suffix; from the library we take only the list of courts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-stdnum==2.2
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

from stdnum.de import handelsregisternummer
from stdnum.exceptions import ValidationError

KNOWN = {
    "HRB 12345 Düsseldorf": "Düsseldorf HRB 12345",
    "HRB 12345 AG Düsseldorf": "Düsseldorf HRB 12345 AG",
    "Amtsgericht Düsseldorf, HRB 12345": "refused",
    "HRB 12345, Amtsgericht Düsseldorf": "refused",
}


def read(text):
    try:
        return handelsregisternummer.validate(text)
    except ValidationError:
        return "refused"


seen = {text: read(text) for text in KNOWN}
print("subject: python-stdnum", version("python-stdnum"))
print("expected: four ways to write one number give Düsseldorf HRB 12345")
print("seen:    ", "; ".join(f"{text} -> {number}" for text, number in seen.items()))
sys.exit(seen != KNOWN)
PY
