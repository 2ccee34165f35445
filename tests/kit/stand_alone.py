"""Cases for the program that others run: certificates, credentials and archives, and what is changed in them."""

import base64
import gzip
import hashlib
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import ECKey

from audits.core import clock
from audits.core.access import Role
from certificates.documents.stages import SealedHash
from certificates.ledger import dump, queries
from certificates.ledger.notes import Algorithm, Checkpoint, Note, Vkey, cosign
from certificates.ledger.services import add_cosignatures, append
from certificates.lifecycle import services
from portal.settings import ROOT
from tests.kit.factories.certificates import BASE_URL, BODY, make_grant
from tests.kit.factories.ledger import make_checkpoint, sign
from tests.kit.factories.people import make_person
from tests.kit.paper import paper, sealer_of

VERIFIER = ROOT / "bin" / "keurwerk-verify"
ORIGIN, ISSUER, PASSPHRASE = "keurwerk.example/ledger", "https://keurwerk.example", "a passphrase"
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (1, 2))
WITNESS = Vkey.of("witness.example/w", OTHER, Algorithm.COSIGNATURE)
SUSPENDED_PLACE, GOOD_PLACE, FULL = 7, 11, 131_072
MOVES = ("revocation", "suspension")


def jwt(payload, key, **header):
    named = {"alg": "ES256", "kid": "one", "typ": "vc+jwt"} | header
    return jws.serialize_compact(named, json.dumps(payload).encode(), ECKey(key, key), algorithms=["ES256"])


def status_list(purpose, places, key, *, days=1, **changes):
    bits = bytearray(FULL // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    url = f"{ISSUER}/status-lists/{purpose}/0"
    encoded = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits))).rstrip(b"=").decode()
    claims = {"iss": ISSUER, "id": url, "validFrom": when(-1), "validUntil": when(days)}
    claims["credentialSubject"] = {"statusPurpose": purpose, "encodedList": encoded}
    return url, jwt(claims | changes, key)


def when(days):
    return f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def credential(number, place, key):
    claims = {
        "iss": ISSUER,
        "validFrom": when(-1),
        "validUntil": when(700),
        "credentialSubject": {"certificationIdentification": number},
        "credentialStatus": [
            {
                "statusPurpose": purpose,
                "statusListIndex": str(place),
                "statusListCredential": f"{ISSUER}/status-lists/{purpose}/0",
            }
            for purpose in MOVES
        ],
    }
    return jwt(claims, key)


@dataclass
class Case:
    """An archive, what was issued in it, and keys to forge with."""

    folder: Path
    good: str
    suspended: str
    older: str
    key: ec.EllipticCurvePrivateKey

    @property
    def dump(self):
        return self.folder / "dump.zip"


def make(session, folder, ring, key):
    sealer, credentials = sealer_of(ring.folder, PASSPHRASE), {}

    def issue(name, place):
        decision = make_grant(session)
        certificate = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
        session.flush()
        placeholder = sealer.placeholder()
        sealed = sealer.seal(paper(placeholder, certificate.number), placeholder)
        (folder / f"{name}.pdf").write_bytes(sealed)
        certificate.credential = credentials[certificate.number] = credential(certificate.number, place, key)
        sha256 = SealedHash(hashlib.sha256(sealed).hexdigest())
        services.issue_certificate(session, certificate.id, sha256=sha256, size=9, language="nl")
        return certificate

    suspended = issue("suspended", SUSPENDED_PLACE)
    first = make_checkpoint(session)
    session.flush()
    older = str(queries.note_of(session, first))
    (folder / "older.txt").write_text(older)
    good = issue("good", GOOD_PLACE)
    decider = make_person(session, Role.DECIDER).actor
    services.suspend_certificate(session, decider, suspended.id, reasons="Signals about unpaid wages.")
    for number in range(300):
        append(session, {"type": "case-log", "number": None, "first": number})
    newest = make_checkpoint(session)
    session.flush()
    text = Note.parse(newest.note).text
    add_cosignatures(session, str(Note(text, (cosign(text, WITNESS.name, OTHER, 1_700_000_000),))), [WITNESS])
    around = dump.Surroundings(
        issuer=ISSUER,
        witnesses=[WITNESS],
        roots=ring.roots(),
        jwks={"keys": [ECKey(key, key).as_dict(private=False) | {"kid": "one"}]},
        credentials=credentials.items(),
        status_lists=[status_list("revocation", [], key), status_list("suspension", [SUSPENDED_PLACE], key)],
    )
    (folder / "dump.zip").write_bytes(b"".join(dump.write(session, newest, around)))
    return Case(folder, good.number, suspended.number, older, key)


def wrong(report):
    """Return what the report calls wrong, by check."""
    return {step["name"]: step["detail"] for step in report["steps"] if not step["ok"]}


def changed(case, tmp_path, **files):
    """Return the archive with other bytes in some files (names with / written __)."""
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(case.dump) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            change = files.get(name.replace("/", "__").replace(".", "_").replace("-", "_"), lambda data: data)
            data = change(old.read(name))
            if data is not None:
                new.writestr(name, data)
    return path


def flip(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def forged(origin, size, root):
    said = Checkpoint(origin, size, root).text
    return str(Note(said, (sign(said, ORIGIN, KEY),))).encode()
