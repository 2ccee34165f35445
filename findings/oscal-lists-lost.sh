#!/usr/bin/env bash
# OSCAL that goes to XML and back with the library "oscal" loses its lists, tables and pictures.
# Why it matters: a requirement is often a numbered list or a table of rates. The XML has them, the JSON made from it has loose
# lines: numbers that an audit refers to are gone, and "<" is written "&lt;". Bold, links and headings survive.
# What we did: catalogues are read as JSON, as they came.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check oscal==3.2.2
cd "$work"  # the library lays its support files, 160 MB, where it is started
venv/bin/python - <<'PY' 2> /dev/null
import json
import sys
from importlib.metadata import version

from oscal.oscal_content import OSCAL

TEXTS = ["Pay **in full**.", "1. contract\n2. pay slip", "| Phase | Rate |\n|---|---|\n| A | 14.71 |", "Under 5 < 6"]


def there_and_back(text):
    """Return whether the XML has lists and tables, and the text as it comes back from there."""
    catalog = {
        "uuid": "5f0c2f0e-6d0b-4c57-9c1e-0d3f6b1d8a11",
        "metadata": {"title": "Norm", "last-modified": "2026-03-02T10:00:00Z", "version": "1.0", "oscal-version": "1.1.3"},
        "controls": [{"id": "pay-1", "title": "Pay", "parts": [{"id": "pay-1_smt", "name": "statement", "prose": text}]}],
    }
    xml = OSCAL.loads(json.dumps({"catalog": catalog})).dumps("xml")
    back = json.loads(OSCAL.loads(xml).dumps("json"))
    return "<ol>" in xml or "<table>" in xml, back["catalog"]["controls"][0]["parts"][0]["prose"]


seen = [there_and_back(text) for text in TEXTS]
print("subject: oscal", version("oscal"))
print("expected:", TEXTS, "(its documentation: XML, JSON and YAML, load any, save to any)")
print("seen:    ", [text for _kept, text in seen], "; in the XML:", [kept for kept, _text in seen])
lost = [(True, "contract\npay slip"), (True, "Phase\nRate\n\nA\n14.71")]
sys.exit(seen != [(False, TEXTS[0]), *lost, (False, "Under 5 &lt; 6")])
PY
