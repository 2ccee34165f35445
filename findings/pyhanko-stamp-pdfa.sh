#!/usr/bin/env bash
# The default visible stamp of pyHanko brings a font that is named but not in the file.
# Why it matters: PDF/A wants every font embedded, so a visible signature quietly ends the conformance of the archival
# file that it signs; the claim "PDF/A" stays in it, and all signature checkers are content.
# What we did: the seal is invisible, and the panel that tells about it is typeset with the certificate.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyhanko==0.38.0 pikepdf==10.18.0
"$work/venv/bin/python" - <<'PY'
import datetime
import io
import sys
from importlib.metadata import version

import pikepdf
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Certification body")])
now = datetime.datetime.now(datetime.UTC)
certificate = (
    x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + datetime.timedelta(days=1))
    .add_extension(x509.KeyUsage(True, True, *[False] * 7), critical=True)
    .sign(key, hashes.SHA256())
)
signer = signers.SimpleSigner(
    signing_cert=asn1.Certificate.load(certificate.public_bytes(Encoding.DER)),
    signing_key=keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
    cert_registry=SimpleCertificateStore(),
)


def fonts(pdf):
    """Tell of each font of the file whether it is embedded."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            embedded = any(f"/FontFile{kind}" in thing for kind in ("", "2", "3"))
            yield str(thing.FontName).split("+")[-1], embedded


paper, blank = io.BytesIO(), pikepdf.new()
blank.add_blank_page()
with blank.open_metadata() as metadata:
    metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "3", "B"
blank.save(paper)
before = dict(fonts(pikepdf.open(paper)))
signed = signers.sign_pdf(
    IncrementalPdfFileWriter(paper),
    signers.PdfSignatureMetadata(field_name="Seal"),
    signer,
    new_field_spec=fields.SigFieldSpec("Seal", box=(50, 50, 250, 120)),
)
after = pikepdf.open(signed)
embedded, claim = dict(fonts(after)), after.open_metadata().pdfa_status
print("subject: pyHanko", version("pyhanko"), "on a blank page that claims PDF/A-3b")
print("expected: whatever font the visible signature needs is embedded")
print(f"seen:     fonts before: {before}; after, embedded: {embedded}; the file still claims PDF/A {claim}")
sys.exit((before, embedded, claim) != ({}, {"/Courier": False}, "3B"))
PY
