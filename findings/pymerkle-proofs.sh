#!/usr/bin/env bash
# pymerkle has the root of RFC 9162, but other proofs: entries count from 1, and each proof holds what it should prove.
# Why it matters: equal roots look like one standard. A checker of transparency logs cannot use these proofs, and the other
# way round: one hash too many in a proof of inclusion, and a whole tree's worth in a proof of consistency.
# What we did: our own tree, tested against the vectors of RFC 6962.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pymerkle==7.0.0
"$work/venv/bin/python" - <<'PY'
import sys
from hashlib import sha256
from importlib.metadata import version

import pymerkle

ENTRIES = [bytes([number]) for number in range(8)]


def root(entries):
    """RFC 9162, 2.1.1, for a power of two."""
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    middle = len(entries) // 2
    return sha256(b"\1" + root(entries[:middle]) + root(entries[middle:])).digest()


def proves(index):
    try:
        return tree.prove_inclusion(index, 8).serialize()["path"]
    except pymerkle.InvalidChallenge:
        return None


tree = pymerkle.InmemoryTree(algorithm="sha256")
for entry in ENTRIES:
    tree.append_entry(entry)
same = tree.get_root(8) == root(ENTRIES)
first, inclusion, consistency = proves(0), proves(3), tree.prove_consistency(4, 8).serialize()["path"]
holds = root(ENTRIES[2:3]).hex() in inclusion
print("subject: pymerkle", version("pymerkle"))
print("expected: the root of RFC 9162; entry 0 is proved; 3 hashes prove inclusion in 8 entries, 1 that 8 continue 4")
print(f"seen:     that root: {same}; entry 0 is {'proved' if first else 'out of bounds'};", end=" ")
print(f"{len(inclusion)} hashes prove inclusion, the leaf itself among them: {holds}; {len(consistency)} that 8 continue 4")
sys.exit((same, first, len(inclusion), holds, len(consistency)) != (True, None, 4, True, 4))
PY
