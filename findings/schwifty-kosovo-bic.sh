#!/usr/bin/env bash
# schwifty knows Kosovo as a country of IBANs, and not as a country of BICs.
# Why it matters: XK is no code of ISO 3166 but the one that banks use, so both halves of one bank account must be asked
# in the same way. The account passes, the bank that holds it does not exist.
# What we did: the portal asks for the IBAN alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check schwifty==2026.10.1 python-stdnum==2.2
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import schwifty
from schwifty.exceptions import SchwiftyException
from stdnum import bic

ACCOUNT, BANK = "XK05 1212 0123 4567 8906", "MBKOXKPR"  # the example of the IBAN registry; ProCredit Bank in Prishtina


def outcome(kind, text):
    try:
        kind(text)
    except SchwiftyException as error:
        return str(error)
    return "valid"


seen = outcome(schwifty.IBAN, ACCOUNT), outcome(schwifty.BIC, BANK)
print("subject: schwifty", version("schwifty"), "(beside python-stdnum", version("python-stdnum") + ")")
print("expected: IBAN valid, BIC valid")
print(f"seen:     IBAN {seen[0]}, BIC: {seen[1]} (python-stdnum: {'valid' if bic.is_valid(BANK) else 'refused'})")
sys.exit(seen != ("valid", "Invalid country code 'XK'") or not bic.is_valid(BANK))
PY
