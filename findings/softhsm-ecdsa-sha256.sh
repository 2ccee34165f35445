#!/usr/bin/env bash
# SoftHSM of Debian signs with ECDSA only what was hashed outside; pyHanko asks it to hash, unless told otherwise.
# Why it matters: SoftHSM is what everybody tests a hardware module with. P-256 "does not work" there, although key,
# token and mechanism ECDSA are all in order, and the same call with an RSA key succeeds.
# What we did: a key only ever signs 32 bytes that we hashed ourselves, so any module with plain ECDSA will do.
# Needs Debian 12 on amd64 for the packages, which are unpacked and not installed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get download --quiet=2 softhsm2=2.6.1-2.1 libsofthsm2=2.6.1-2.1 2> /dev/null
for package in *.deb; do dpkg -x "$package" .; done
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\n' "$work" > softhsm2.conf
export SOFTHSM2_CONF=$work/softhsm2.conf SOFTHSM2_LIB=$work/usr/lib/softhsm/libsofthsm2.so
usr/bin/softhsm2-util --module "$SOFTHSM2_LIB" --init-token --free --label test --pin 1234 --so-pin 1234 > /dev/null
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check pyhanko==0.38.0 python-pkcs11==0.10.1
venv/bin/python - <<'PY'
import asyncio
import datetime
import os
import sys
from importlib.metadata import version

import pkcs11
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11.util.ec import encode_named_curve_parameters
from pyhanko.sign.pkcs11 import PKCS11Signer


def certificate(key):
    """A certificate with the right kind of key; only the kind is looked at here."""
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Body")]), datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + datetime.timedelta(days=1))
    return asn1.Certificate.load(made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


def sign(session, label, key, raw):
    signer = PKCS11Signer(session, signing_cert=certificate(key), key_label=label, use_raw_mechanism=raw)
    try:
        asyncio.run(signer.async_sign_raw(b"what is sealed", "sha256"))
    except pkcs11.exceptions.MechanismInvalid:
        return "MechanismInvalid"
    return "signed"


library = pkcs11.lib(os.environ["SOFTHSM2_LIB"])
with library.get_token(token_label="test").open(rw=True, user_pin="1234") as session:
    curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
    parameters.generate_keypair(store=True, label="p256")
    session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="rsa")
    p256, rsa2048 = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    seen = {
        "RSA": sign(session, "rsa", rsa2048, raw=False),
        "P-256": sign(session, "p256", p256, raw=False),
        "P-256, hashed outside": sign(session, "p256", p256, raw=True),
    }
print("subject: SoftHSM 2.6.1-2.1 of Debian 12 with pyHanko", version("pyhanko"), "and python-pkcs11", version("python-pkcs11"))
print("expected: RSA: signed; P-256: signed; P-256, hashed outside: signed")
print("seen:    ", "; ".join(f"{kind}: {outcome}" for kind, outcome in seen.items()))
sys.exit(list(seen.values()) != ["signed", "MechanismInvalid", "signed"])
PY
