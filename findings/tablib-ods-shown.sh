#!/usr/bin/env bash
# tablib reads a cell of an ODS file as it looks, not as it is: 7.5 hours shown without decimals are 8.0 hours.
# Why it matters: the file holds the value beside the text that is shown. Rounded hours add up to another total, 21 % is a
# text and 0.21 is lost, and a name with a bold letter or two spaces in it ends there. The same table as XLSX comes out right.
# What we did: tables in ODS are read by the attributes that the file stores.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  odfpy==1.4.1 openpyxl==3.1.5 tablib==3.10.0 xlsxwriter==3.2.9
"$work/venv/bin/python" - "$work/hours" <<'PY'
import sys
from importlib.metadata import version

import tablib
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P, Span

PATH = sys.argv[1]


def cell(text, *bold, **value):
    made, line = TableCell(**value), P(text=text)
    for part in bold:
        line.addElement(Span(text=part))
    made.addElement(line)
    return made


def read(kind):
    with open(f"{PATH}.{kind}", "rb") as file:
        [row] = tablib.Dataset().load(file, format=kind, headers=False)
    return list(row)


book, sheet, row = OpenDocumentSpreadsheet(), Table(name="hours"), TableRow()
row.addElement(cell("8", valuetype="float", value=7.5))
row.addElement(cell("21%", valuetype="percentage", value=0.21))
row.addElement(cell("De Vries ", "BV", valuetype="string"))
sheet.addElement(row)
book.spreadsheet.addElement(sheet)
book.save(f"{PATH}.ods")
with xlsxwriter.Workbook(f"{PATH}.xlsx") as other:
    page = other.add_worksheet()
    page.write(0, 0, 7.5, other.add_format({"num_format": "0"}))
    page.write(0, 1, 0.21, other.add_format({"num_format": "0%"}))
    page.write_rich_string(0, 2, "De Vries ", other.add_format({"bold": True}), "BV")
seen = read("ods"), read("xlsx")
print("subject: tablib", version("tablib"), "with odfpy", version("odfpy"), "and openpyxl", version("openpyxl"))
print("expected: [7.5, 0.21, 'De Vries BV'] from both (OpenDocument: office:value is the value of the cell)")
print("seen:     ODS:", seen[0], "XLSX:", seen[1])
sys.exit(seen != ([8.0, "21%", "De Vries "], [7.5, 0.21, "De Vries BV"]))
PY
