#!/usr/bin/env bash
# One library warns about the old name of an Ed25519 signature, the other does not know the new one.
# Why it matters: RFC 9864 replaced the JOSE name "EdDSA" by "Ed25519". A credential signed as joserfc advises cannot be read
# with PyJWT; the one that both read makes joserfc warn about security. Key and signature are of the same kind in both.
# What we did: credentials are signed with ES256, which has one name; Ed25519 signs the log, where no name is needed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check joserfc==1.8.0 pyjwt==2.15.1 cryptography
"$work/venv/bin/python" - <<'PY'
import sys
import warnings
from importlib.metadata import version

import jwt as pyjwt
from joserfc import jwk, jwt

key = jwk.OKPKey.generate_key("Ed25519")


def try_name(name):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        text = jwt.encode({"alg": name}, {"status": "certified"}, key, algorithms=[name])
    try:
        pyjwt.decode(text, key.as_pem(private=False), algorithms=[name])
        read = "read"
    except pyjwt.InvalidAlgorithmError:
        read = "not supported"
    return "warned" if any("RFC 9864" in str(warning.message) for warning in said) else "signed", read


seen = {name: try_name(name) for name in ("EdDSA", "Ed25519")}
print(f"subject: joserfc {version('joserfc')} and PyJWT {version('pyjwt')}")
print("expected: one name that joserfc signs without a warning and PyJWT reads")
print("seen:    ", "; ".join(f"{name}: {signed} by joserfc, {read} by PyJWT" for name, (signed, read) in seen.items()))
sys.exit(seen != {"EdDSA": ("warned", "read"), "Ed25519": ("signed", "not supported")})
PY
