#!/usr/bin/env bash
# rfc3161-client gives the time of a stamp in whole seconds, whatever the authority signed.
# Why it matters: who uses stamps to say which of two documents came first gets "at the same time", and a stamp with an
# accuracy of a millisecond seems to be up to a second earlier than the signed text says. asn1crypto reads all of it.
# What we did: the portal reads stamps with asn1crypto; this client only judges them in the tests.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check rfc3161-client==1.0.9 asn1crypto==1.5.1
printf 'what is stamped' > data
echo 01 > serial
cat > tsa.cnf <<'CONF'
[req]
distinguished_name = name
[name]
[authority]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
accuracy = millisecs:1
clock_precision_digits = 3
CONF
{
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout tsa.key -out tsa.pem -days 1 \
    -config tsa.cnf -extensions authority -subj "/CN=Stamps"
  openssl ts -query -data data -sha256 -out query
  for number in 1 2 3 4 5; do
    openssl ts -reply -config tsa.cnf -section tsa -queryfile query -signer tsa.pem -inkey tsa.key -out "answer$number"
  done
} > log 2>&1
venv/bin/python - <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

from asn1crypto import tsp
from rfc3161_client import decode_timestamp_response

signed, given = [], []
for number in range(1, 6):
    answer = Path(f"answer{number}").read_bytes()
    token = tsp.TimeStampResp.load(answer)["time_stamp_token"]["content"]
    signed.append(token["encap_content_info"]["content"].parsed["gen_time"].native)
    given.append(decode_timestamp_response(answer).tst_info.gen_time)
milliseconds = [moment.microsecond // 1000 for moment in signed]
print("subject: rfc3161-client", version("rfc3161-client"))
print("expected: gen_time of five stamps ends in milliseconds", milliseconds, "as asn1crypto reads them")
print("seen:     gen_time ends in milliseconds", [moment.microsecond // 1000 for moment in given])
cut = [moment.replace(microsecond=0) for moment in signed]
sys.exit(not (any(milliseconds) and given == cut))
PY
