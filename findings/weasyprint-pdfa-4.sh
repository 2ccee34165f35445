#!/usr/bin/env bash
# PDF/A-4 has no levels but E and F, yet the engine offers "pdf/a-4u", claims level U, and has no plain "pdf/a-4".
# Why it matters: who wants the newest archival form without attachments can only choose a name that ISO 19005-4 does
# not have, and gets a file that no checker can pass (rule 6.7.3 on the property `conformance`).
# What we did: certificates and letters are PDF/A-3a, which also carries the credential.
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
from weasyprint.pdf import pdfa

page = weasyprint.HTML(string="<html lang=en><title>Letter</title><p>Text")
with pikepdf.open(io.BytesIO(page.write_pdf(pdf_variant="pdf/a-4u"))).open_metadata() as read:
    claim = read.get("pdfaid:part"), read.get("pdfaid:conformance")
plain = "pdf/a-4" in pdfa.VARIANTS
print("subject: weasyprint", weasyprint.__version__, "(read with pikepdf", pikepdf.__version__ + ")")
print("expected: a variant pdf/a-4 that claims part 4 and no conformance; no variant pdf/a-4u")
print(f"seen:     plain pdf/a-4: {plain}; pdf/a-4u claims part {claim[0]}, conformance {claim[1]}")
sys.exit((plain, claim) != (False, ("4", "U")))
PY
