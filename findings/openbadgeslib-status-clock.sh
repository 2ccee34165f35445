#!/usr/bin/env bash
# The status list that openbadgeslib encodes is another text each second, though no status changed.
# Why it matters: a list is fetched by everybody who checks a badge. The moment of packing lies in the header of the gzip
# stream, so each signing makes a new list: caches hold nothing, and "has anything changed?" cannot be asked of the text.
# What we did: our lists are packed with the moment 0, and equal states give equal bytes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openbadgeslib==4.6.3
"$work/venv/bin/python" - <<'PY'
import base64
import gzip
import sys
import time
from importlib.metadata import version

from openbadgeslib.ob3.status_list import encode_bitstring

REVOKED = [9, 94_567]


def unpack(text):
    packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    return packed[4:8], gzip.decompress(packed)


early = encode_bitstring(REVOKED)
time.sleep(1.1)
late = encode_bitstring(REVOKED)
(first, bits), (second, again) = unpack(early), unpack(late)
print("subject: openbadgeslib", version("openbadgeslib"))
print("expected: the same revoked entries give the same text")
print(f"seen:     same bits: {bits == again}; same text: {early == late}; time in the header: {first != second}")
sys.exit((bits == again, early == late, first != second) != (True, False, True))
PY
