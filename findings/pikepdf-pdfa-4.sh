#!/usr/bin/env bash
# pikepdf says that a PDF/A-4 file claims no PDF/A at all.
# Why it matters: PDF/A-4 has no letter unless files or 3D are embedded, and pikepdf wants part and letter. Its answer for such
# a file is the one for a plain PDF, so an archive that sorts by it sends valid files back.
# What we did: documents are PDF/A-3a; the checker of veraPDF tells what a file is.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pikepdf==10.18.0
"$work/venv/bin/python" - <<'PY'
import io
import sys
from importlib.metadata import version

import pikepdf


def status(**claims):
    """Return what pikepdf reads from a file that claims these."""
    file, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    with document.open_metadata() as metadata:
        for name, value in claims.items():
            metadata[f"pdfaid:{name}"] = value
    document.save(file)
    return pikepdf.open(file).open_metadata().pdfa_status


seen = {
    "PDF/A-3a": status(part="3", conformance="A"),
    "PDF/A-4f": status(part="4", rev="2020", conformance="F"),
    "PDF/A-4": status(part="4", rev="2020"),
    "no PDF/A": status(),
}
print("subject: pikepdf", version("pikepdf"))
print("expected: something for PDF/A-4 (its documentation: empty if the PDF does not claim PDF/A; ISO 19005-4: part and rev)")
print("seen:    ", seen)
sys.exit(seen != {"PDF/A-3a": "3A", "PDF/A-4f": "4F", "PDF/A-4": "", "no PDF/A": ""})
PY
