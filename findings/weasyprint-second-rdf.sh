#!/usr/bin/env bash
# The option for extra XMP puts it where XMP readers do not look: in a second rdf:RDF, or in none.
# Why it matters: a certificate that is PDF/A-3 and PDF/UA-1 at once must make both claims in its metadata, and only one
# of them is a variant of the engine. The file looks right in an editor, and yet the claim does not exist.
# What we did: we put the claim and its extension schema into the rdf:RDF that the engine itself writes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check weasyprint==70.0 pikepdf==10.18.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
import io
import sys
from pathlib import Path

import pikepdf
import weasyprint

CLAIM = """<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>"""
WHOLE = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{CLAIM}</rdf:RDF>'


def claims(extra):
    Path("extra.xmp").write_text(extra)
    page = weasyprint.HTML(string="<html lang=en><title>Certificate</title><p>Text")
    pdf = pikepdf.open(io.BytesIO(page.write_pdf(pdf_variant="pdf/a-3a", xmp_metadata=["extra.xmp"])))
    text = pdf.Root.Metadata.read_bytes()
    with pdf.open_metadata() as read:
        return text.count(b"</rdf:RDF>"), b"<pdfuaid:part>1" in text, read.pdfa_status, read.get("pdfuaid:part")


seen = {"as rdf:RDF": claims(WHOLE), "as rdf:Description": claims(CLAIM)}
print("subject: weasyprint", weasyprint.__version__, "(read with pikepdf", pikepdf.__version__ + ")")
print("expected: one rdf:RDF, in which a reader of XMP finds PDF/A 3A and pdfuaid:part 1")
for form, (count, written, archive, universal) in seen.items():
    print(f"seen:     extra {form}: {count} rdf:RDF, claim in the bytes: {written}, read: {archive}, pdfuaid:part {universal}")
sys.exit(seen != {"as rdf:RDF": (2, True, "3A", None), "as rdf:Description": (1, True, "3A", None)})
PY
