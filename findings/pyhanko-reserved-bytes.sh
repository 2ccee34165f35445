#!/usr/bin/env bash
# `bytes_reserved` of pyHanko counts hexadecimal digits: half as many bytes fit into the signature.
# Why it matters: the room for a seal with certificates and time-stamp must be known before it is signed. Who measures
# the longest CMS and reserves that many bytes is refused at the last step, with a message that doubles the need.
# What we did: our own sealing counts bytes; where pyHanko adds the time-stamp of the archive we hand it twice the length.
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
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

ASKED = 1000

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
blank, paper = pikepdf.new(), io.BytesIO()
blank.add_blank_page()
blank.save(paper)


def sign(reserved):
    paper.seek(0)
    writer = IncrementalPdfFileWriter(paper)
    return signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name="Seal"), signer, bytes_reserved=reserved)


with pikepdf.open(sign(4096)) as signed:
    contents = bytes(signed.Root.AcroForm.Fields[0].V.Contents)
room = len(contents)
length = 4 + int.from_bytes(contents[2:4], "big")  # of the CMS, whose DER begins with tag and length in four bytes
try:
    sign(ASKED)
    refused = ""
except signers.pdf_byterange.SigningError as error:
    refused = str(error)
print("subject: pyHanko", version("pyhanko"))
print(f"expected: 4096 bytes reserved give room for 4096; a CMS of {length} bytes fits into {ASKED}")
print(f"seen:     room for {room}; refused: {refused or 'no'}")
sys.exit(not (room == 2048 and length < ASKED and "larger than expected" in refused))
PY
