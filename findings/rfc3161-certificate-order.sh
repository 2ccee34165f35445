#!/usr/bin/env bash
# rfc3161-client reads an answer of OpenSSL's time-stamping authority or not, depending on how long the certificates are.
# Why it matters: OpenSSL writes its certificate first and its chain behind it; rfc3161-client reads strict DER, in which
# the certificates of the SET are sorted (shorter first). So an authority works until its root gets a shorter name.
# Both can point to a standard: CMS allows BER around what is signed, RFC 3161 speaks of DER.
# What we did: our own time-stamps sort the set; answers from elsewhere are read leniently and judged by their signature.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check rfc3161-client==1.0.9
printf 'what is stamped' > data
cat > tsa.cnf <<'CONF'
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
[authority]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
CONF

answer() { # FOLDER ROOT AUTHORITY: let an authority with these names stamp the data
  mkdir "$1"
  cd "$1"
  echo 01 > serial
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout root.key -out root.pem -days 1 \
    -config ../tsa.cnf -extensions root -subj "/CN=$2"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout tsa.key -out tsa.csr -config ../tsa.cnf -subj "/CN=$3"
  openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 1 \
    -extfile ../tsa.cnf -extensions authority -out tsa.pem
  openssl ts -query -data ../data -sha256 -cert -out query
  openssl ts -reply -config ../tsa.cnf -section tsa -queryfile query -signer tsa.pem -inkey tsa.key -chain root.pem -out answer
  openssl ts -verify -queryfile query -in answer -CAfile root.pem
  cd ..
}
answer long-root "Root of all Time-Stamping Authorities of the Certification Body" "Stamps" > log 2>&1
answer short-root "Root" "Stamps" >> log 2>&1
openssl version > openssl.txt
venv/bin/python - <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

from rfc3161_client import decode_timestamp_response


def read(folder):
    try:
        decode_timestamp_response(Path(folder, "answer").read_bytes())
    except ValueError as error:
        return "refused, " + ("InvalidSetOrdering" if "InvalidSetOrdering" in str(error) else str(error))
    return "read"


accepted = Path("log").read_text().count("Verification: OK")
seen = {folder: read(folder) for folder in ("long-root", "short-root")}
print(f"subject: rfc3161-client {version('rfc3161-client')} and {Path('openssl.txt').read_text().strip()}")
print("expected: two answers that openssl verifies are both read")
print(f"seen:     openssl verifies {accepted} of 2; long root: {seen['long-root']}; short root: {seen['short-root']}")
sys.exit((accepted, *seen.values()) != (2, "read", "refused, InvalidSetOrdering"))
PY
