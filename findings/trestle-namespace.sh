#!/usr/bin/env bash
# Reading and writing an OSCAL catalogue with compliance-trestle changes the namespace of its properties.
# Why it matters: in OSCAL a property is known by its name and its `ns`, compared as text. An organisation whose namespace
# is its bare address gets another one: https://example.org/ is not https://example.org, so its labels and scores are not found
# again. The date of the catalogue is rewritten too, from its own offset to UTC, so a digest or a diff sees two changes.
# What we did: nothing here passes through it; the version of a norm is the digest of its file as it came.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check compliance-trestle==5.2.0
cat > catalog.json <<'JSON'
{"catalog": {"uuid": "5f0c2f0e-6d0b-4c57-9c1e-0d3f6b1d8a11",
  "metadata": {"title": "Norm", "last-modified": "2026-03-02T10:00:00+01:00", "version": "1", "oscal-version": "1.1.3"},
  "controls": [{"id": "pay-1", "title": "Wages", "props": [
    {"name": "weight", "ns": "https://example.org", "value": "8"},
    {"name": "weight", "ns": "https://example.org/norm", "value": "5"}]}]}}
JSON
venv/bin/python - <<'PY'
import json
import sys
from importlib.metadata import version
from pathlib import Path

from trestle.oscal.catalog import Catalog


def told(path):
    catalog = json.loads(Path(path).read_text())["catalog"]
    return [prop["ns"] for prop in catalog["controls"][0]["props"]], catalog["metadata"]["last-modified"]


Catalog.oscal_read(Path("catalog.json")).oscal_write(Path("written.json"))
before, after = told("catalog.json"), told("written.json")
print("subject: compliance-trestle", version("compliance-trestle"))
print("expected: namespaces", *before[0], "and last-modified", before[1])
print("seen:     namespaces", *after[0], "and last-modified", after[1])
sys.exit(after != (["https://example.org/", "https://example.org/norm"], "2026-03-02T09:00:00+00:00"))
PY
