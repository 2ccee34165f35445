#!/usr/bin/env bash
# python-stdnum refuses the very IBAN that the registry of IBANs gives as the example for Belgium.
# Why it matters: behind the check digits it looks the bank up in a list of the day of its release, and says "invalid"
# for a bank that is missing there. To whoever fills in a form that means "you made a typing error".
# What we did: form and check digits decide; the look-up is turned off.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-stdnum==2.2 schwifty==2026.10.1
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import schwifty
from stdnum import iban
from stdnum.exceptions import ValidationError

EXAMPLES = ["BE68 5390 0754 7034", "NL91 ABNA 0417 1643 00", "DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606"]


def outcome(number, **how):
    try:
        iban.validate(number, **how)
    except ValidationError as error:
        return type(error).__name__
    return "valid"


seen = {number[:2]: outcome(number) for number in EXAMPLES}
checked = outcome(EXAMPLES[0], check_country=False)
other = schwifty.IBAN(EXAMPLES[0], allow_invalid=True).is_valid
print("subject: python-stdnum", version("python-stdnum"), "(beside schwifty", version("schwifty") + ")")
print("expected: the examples of the IBAN registry for BE, NL, DE and FR are valid")
print(f"seen:     {seen}; BE without look-up: {checked}; schwifty calls BE valid: {other}")
sys.exit((seen, checked, other) != ({"BE": "InvalidComponent", "NL": "valid", "DE": "valid", "FR": "valid"}, "valid", True))
PY
