#!/usr/bin/env bash
# oscal-pydantic-v2 refuses every SHA-256 in OSCAL, and takes half of one: it counts bytes where there are digits.
# Why it matters: a catalogue names its sources with their hash, in 64 hexadecimal digits. Here that is an error, 32 digits are
# right, and the 64 digits pass as a SHA-512. A weight of "8" and a link without a relation, both allowed, are refused too.
# What we did: catalogues are read as JSON by a reader of our own, which takes the lists and leaves the hashes alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check oscal-pydantic-v2==2024.3.20
"$work/venv/bin/python" - <<'PY'
import sys
from hashlib import sha256
from importlib.metadata import version

from oscal_pydantic.core.common import Hash, Link
from oscal_pydantic.core.properties import BaseProperty
from pydantic import ValidationError

WHOLE = sha256(b"norm").hexdigest()


def outcome(model, **fields):
    try:
        model(**fields)
    except ValidationError:
        return "refused"
    return "taken"


seen = {
    "SHA-256, 64 digits": outcome(Hash, algorithm="SHA-256", value=WHOLE),
    "SHA-256, 32 digits": outcome(Hash, algorithm="SHA-256", value=WHOLE[:32]),
    "SHA-512, 64 digits": outcome(Hash, algorithm="SHA-512", value=WHOLE),
    "a value of one digit": outcome(BaseProperty, name="weight", value="8"),
    "a link without rel": outcome(Link, href="https://example.org/norm"),
}
print("subject: oscal-pydantic-v2", version("oscal-pydantic-v2"))
print("expected: taken, refused, refused, taken, taken (OSCAL: 64 digits in SHA-256, 128 in SHA-512)")
print("seen:    ", seen)
sys.exit(list(seen.values()) != ["refused", "taken", "taken", "refused", "refused"])
PY
