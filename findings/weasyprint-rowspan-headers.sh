#!/usr/bin/env bash
# A header cell that spans rows takes itself away from the later rows of a tagged table.
# Why it matters: inspection reports are tables, and a screen reader tells a cell only by its headers; here it says the
# place of a branch under the heading "Agency", and no longer whose branch it is. veraPDF passes the file as PDF/UA-1.
# What we did: tables in our documents repeat the row heading instead of spanning it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check weasyprint==70.0 pikepdf==10.18.0
"$work/venv/bin/python" - <<'PY'
import io
import sys

import pikepdf
import weasyprint

PAGE = """<html lang=en><title>Branches</title><table>
<thead><tr><th scope=col>Agency<th scope=col>Place<th scope=col>Workers</thead>
<tbody><tr><th scope=row rowspan=2>Alfa<td>Breda<td>12
<tr><td>Goes<td>5</table>"""
CELLS = ["Agency", "Place", "Workers", "Alfa", "Breda", "12", "Goes", "5"]  # in the order of the document
RIGHT = {"Breda": {"Alfa", "Place"}, "12": {"Alfa", "Workers"}, "Goes": {"Alfa", "Place"}, "5": {"Alfa", "Workers"}}
KNOWN = {"Breda": {"Alfa", "Place"}, "12": {"Alfa", "Workers"}, "Goes": {"Agency"}, "5": {"Place"}}


def cells(element):
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            if kid.get("/S") in ("/TH", "/TD"):
                yield kid
            yield from cells(kid)


def headers(cell):
    owners = cell.get("/A", [])
    for owner in owners if isinstance(owners, pikepdf.Array) else [owners]:
        yield from (bytes(name) for name in owner.get("/Headers", []))


pdf = pikepdf.open(io.BytesIO(weasyprint.HTML(string=PAGE).write_pdf(pdf_variant="pdf/ua-1")))
found = list(zip(CELLS, cells(pdf.Root.StructTreeRoot), strict=True))
names = {bytes(cell.ID): text for text, cell in found if "/ID" in cell}
seen = {text: {names[name] for name in headers(cell)} for text, cell in found if cell.S == "/TD"}
show = lambda table: "; ".join(f"{cell} <- {' + '.join(sorted(heads))}" for cell, heads in table.items())
print("subject: weasyprint", weasyprint.__version__, "(read with pikepdf", pikepdf.__version__ + ")")
print("expected:", show(RIGHT))
print("seen:    ", show(seen))
sys.exit(seen != KNOWN)
PY
