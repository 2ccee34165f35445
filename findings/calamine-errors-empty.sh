#!/usr/bin/env bash
# python-calamine reads a formula that failed as an empty cell, from XLSX and from ODS.
# Why it matters: #DIV/0! or #REF! says that a figure could not be computed; an empty cell says that there is none. Whoever
# sums the column gets a total without a doubt, and "is everything filled in?" points at the wrong fault.
# What we did: the cells of the file are read beside it, and a failed formula is named by its place.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  python-calamine==0.9.1 xlsxwriter==3.2.9 openpyxl==3.1.5
"$work/venv/bin/python" - "$work/wages.xlsx" <<'PY'
import sys
from importlib.metadata import version

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

PATH = sys.argv[1]
with xlsxwriter.Workbook(PATH) as book:
    sheet = book.add_worksheet()
    sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!")
    sheet.write_blank(0, 1, None, book.add_format({"bold": True}))
    sheet.write_number(0, 2, 14.71)
[calamine] = CalamineWorkbook.from_path(PATH).get_sheet_by_index(0).to_python()
[other] = openpyxl.load_workbook(PATH, data_only=True).active.iter_rows(values_only=True)
print("subject: python-calamine", version("python-calamine"), "beside openpyxl", version("openpyxl"))
print("expected: the failed formula is told from the empty cell (ECMA-376, part 1, 18.18.11: a cell of type e holds an error)")
print(f"seen:     python-calamine: {calamine}; openpyxl: {list(other)}")
sys.exit((calamine, other) != (["", "", 14.71], ("#DIV/0!", None, 14.71)))
PY
