#!/usr/bin/env bash
# pdfua asks for a link between data and headers of a table, and does not look where WeasyPrint has it: at the data.
# Why it matters: a cell of data names its headers by their IDs. pdfua looks for that at the headers themselves, finds nothing
# and warns that the table cannot be read, with the advice to use headers and IDs; a real fault drowns in such warnings.
# What we did: documents are checked with veraPDF, and tests read the headers of each cell.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check weasyprint==70.0 pdfua==0.1.3 pikepdf==10.18.0
"$work/venv/bin/python" - "$work/table.pdf" <<'PY'
import sys
from importlib.metadata import version

import pdfua
import pikepdf
import weasyprint

PATH = sys.argv[1]
HTML = """<html lang="en"><head><title>Hours</title></head><body><table>
<tr><th scope="col">Name</th><th scope="col">Hours</th></tr><tr><td>Ann</td><td>8</td></tr></table></body></html>"""


def cells(node):
    """Yield kind, own ID and named headers of the cells below a node of the structure."""
    if not isinstance(node, pikepdf.Dictionary):
        return
    if node.get("/S") in ("/TH", "/TD"):
        yield str(node.S), str(node.get("/ID", "")), [str(each) for each in node.get("/A", {}).get("/Headers", [])]
    inside = node.get("/K", [])
    for each in inside if isinstance(inside, pikepdf.Array) else [inside]:
        yield from cells(each)


weasyprint.HTML(string=HTML).write_pdf(PATH, pdf_variant="pdf/ua-1")
document = pikepdf.open(PATH)
found = list(cells(document.Root.StructTreeRoot))
ids = [own for kind, own, _named in found if kind == "/TH"]
linked = [named for kind, _own, named in found if kind == "/TD"] == [[own] for own in ids]
[warning] = [each for each in pdfua.validate(PATH).findings if each.rule_id == "UA-15-003"]
print("subject: pdfua", version("pdfua"), "checks a table by WeasyPrint", version("weasyprint"))
print("expected: no word on headers (ISO 14289-1, 7.5: a scope is needed where Headers and IDs do not tell)")
print(f"seen:     each cell of data names the ID of its header: {linked}; pdfua: {warning.evidence}")
sys.exit((linked, warning.evidence) != (True, {"header_cells": 2, "data_cells": 2, "associated_headers": 0}))
PY
