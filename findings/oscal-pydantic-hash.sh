#!/usr/bin/env bash
# oscal-pydantic-v2 refuses every SHA-256 in OSCAL, and takes half of one: it counts bytes where there are digits.
# Why it matters: a catalogue names its sources with their hash, in 64 hexadecimal digits. Here that is an error, 32 digits are
# right, and the 64 digits pass as a SHA-512. A weight of "8" and a link without a relation, both allowed, are refused too.
# What we did: catalogues are read as JSON by a reader of our own, which takes the lists and leaves the hashes alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check oscal-pydantic-v2==2024.3.20 compliance-trestle==5.2.0
"$work/venv/bin/python" - <<'PY'
import sys
from hashlib import sha256
from importlib.metadata import version

from oscal_pydantic.core.common import Hash, Link
from oscal_pydantic.core.properties import BaseProperty
from pydantic import ValidationError
from trestle.oscal import common as other

WHOLE = sha256(b"norm").hexdigest()


def outcome(model, **fields):
    try:
        model(**fields)
    except (ValidationError, ValueError):
        return "refused"
    return "taken"


def outcomes(hashes, properties, links):
    return {
        "SHA-256, 64 digits": outcome(hashes, algorithm="SHA-256", value=WHOLE),
        "SHA-256, 32 digits": outcome(hashes, algorithm="SHA-256", value=WHOLE[:32]),
        "SHA-512, 64 digits": outcome(hashes, algorithm="SHA-512", value=WHOLE),
        "a value of one digit": outcome(properties, name="weight", value="8"),
        "a link without rel": outcome(links, href="https://example.org/norm"),
    }


seen = outcomes(Hash, BaseProperty, Link)
print("subject: oscal-pydantic-v2", version("oscal-pydantic-v2"))
print("expected: taken, refused, refused, taken, taken (OSCAL 1.1, hash: 64 digits for SHA-256; string: one character is enough)")
print("seen:    ", seen)
print("          compliance-trestle:", outcomes(other.Hash, other.Property, other.Link))
sys.exit(list(seen.values()) != ["refused", "taken", "taken", "refused", "refused"])
PY
