"""The stand-alone verifier accepts genuine archives and files, and names what was tampered with."""

import base64
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.core.canonical import canonical
from certificates.ledger import dump, queries
from certificates.ledger.notes import Algorithm, Checkpoint, Note, Vkey, cosign
from certificates.ledger.services import add_cosignatures, append
from certificates.ledger.tree import leaf_hash
from certificates.lifecycle import services
from certificates.seal import Keyring, KeySealer, ensure_keyring
from certificates.seal.keyring.keys import Purpose
from certificates.seal.keyring.signing import held_key
from portal.settings import ROOT
from tests.kit.factories.certificates import BASE_URL, BODY, make_grant
from tests.kit.factories.ledger import make_checkpoint, sign
from tests.kit.factories.people import make_person
from tests.kit.paper import paper, sealer_of
from tests.kit.published import unbundle

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


@pytest.fixture(scope="module")
def case(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    ring = ensure_keyring(folder / "keys", "Stichting Keurwerk", PASSPHRASE)
    key = ec.generate_private_key(ec.SECP256R1())
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            made = make(session, folder, ring, key)
        outer.rollback()
    return made


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
        sha256 = hashlib.sha256(sealed).hexdigest()
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


def run(*arguments):
    """Run the program isolated and from another folder; return status and output."""
    command = [sys.executable, "-I", str(VERIFIER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def program():
    """Provide the program, loaded from its file without the cost of a process."""
    loader = SourceFileLoader("keurwerk_verify", str(VERIFIER))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module  # dataclasses look for it there
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = written
    yield module
    del sys.modules[loader.name]


@pytest.fixture(scope="module")
def told(program):
    """Provide the machine-readable output of the program."""

    def told(*arguments):
        output = io.StringIO()
        with redirect_stdout(output):
            status = program.main([*map(str, arguments), "--json"])
        report = json.loads(output.getvalue())
        assert report["status"] == status
        return report

    return told


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


# What is genuine


def test_a_genuine_and_valid_certificate(case):
    status, output = run(case.dump, "--pdf", case.folder / "good.pdf", "--since", case.folder / "older.txt")
    assert status == 0, output
    assert output.endswith(f"Certificate {case.good} is genuine and valid.\n")
    assert "WRONG" not in output
    assert "the log still begins with the same 1 entries" in output
    assert "signed by witness.example/w" in output


def test_a_genuine_certificate_that_does_not_count_today(case, told):
    report = told(case.dump, "--pdf", case.folder / "suspended.pdf")
    assert (report["status"], report["verdict"]) == (2, "genuine, not valid")
    assert report["certificate"]["status"] == "suspended"
    assert len(report["reasons"]) == 2
    assert report["reasons"][1] == "it is on the suspension list"


def test_a_number_and_the_log_alone(case):
    assert run(case.dump, "--number", case.good.lower())[0] == 0
    status, output = run(case.dump)
    assert (status, output.splitlines()[-1]) == (0, "The log is genuine.")
    assert "303 entries, 2 signed checkpoints" in output


def test_a_long_history_is_told_by_its_first_and_last_entries(program):
    def told(count):
        return program._told([{"type": "lifted", "time": str(place)} for place in range(count)])

    assert told(10) == "; ".join(f"lifted {place}" for place in range(10))
    last = "; ".join(f"lifted {place}" for place in range(44_000 - 9, 44_000))
    assert told(44_000) == f"lifted 0; … 43990 more …; {last}"


def test_the_program_tells_programs_the_same(case):
    status, output = run(case.dump, "--pdf", case.folder / "suspended.pdf", "--json")
    assert (status, json.loads(output)["status"]) == (2, 2)
    status, output = run(case.dump, "--pdf", case.dump)
    assert status == 1
    assert output.endswith("Do not rely on it.\n")


def test_a_folder_is_as_good_as_a_zip(case, tmp_path):
    with zipfile.ZipFile(case.dump) as archive:
        archive.extractall(tmp_path)
    assert run(tmp_path, "--pdf", case.folder / "good.pdf")[0] == 0


def test_keys_from_elsewhere(case, tmp_path, told):
    root = tmp_path / "root.pem"
    with zipfile.ZipFile(case.dump) as archive:
        root.write_bytes(archive.read("roots.pem"))
    vkey = Vkey.of(ORIGIN, KEY)
    assert run(case.dump, "--pdf", case.folder / "good.pdf", "--vkey", vkey, "--root", root, "--witnesses", 1)[0] == 0
    stranger = Vkey.of("other.example/w", KEY, Algorithm.COSIGNATURE)
    assert told(case.dump, "--witness", WITNESS, "--witnesses", 1)["status"] == 0
    assert "0 of the 1" in wrong(told(case.dump, "--witness", stranger, "--witnesses", 1))["witnesses"]
    assert "not signed by a key" in wrong(told(case.dump, "--vkey", Vkey.of(ORIGIN, OTHER)))["log"]
    assert "1 of the 2" in wrong(told(case.dump, "--witnesses", 2))["witnesses"]
    strange = ensure_keyring(tmp_path / "keys", "Stichting Keurwerk", PASSPHRASE)
    root.write_bytes(x509.load_der_x509_certificate(strange.roots()[0]).public_bytes(Encoding.PEM))
    report = told(case.dump, "--pdf", case.folder / "good.pdf", "--root", root)
    assert "somebody else made it" in wrong(report)["seal"]


def test_a_status_list_with_a_key_that_was_added_to_the_archive(case, tmp_path, told):
    """The log is genuine and old, the list is new and forged: only keys from elsewhere tell."""
    forger, jwks = ec.generate_private_key(ec.SECP256R1()), tmp_path / "jwks.json"
    with zipfile.ZipFile(case.dump) as archive:
        jwks.write_bytes(archive.read("jwks.json"))
    added = {"keys": [*json.loads(jwks.read_bytes())["keys"], ECKey(forger, forger).as_dict() | {"kid": "two"}]}
    url, listed = status_list("suspension", [], forger, days=1)
    rest = listed.split(".")[1]
    payload = json.loads(base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4)))
    forged = json.dumps({"url": url, "credential": jwt(payload, forger, kid="two")}).encode() + b"\n"
    path = changed(
        case, tmp_path, jwks_json=lambda _: json.dumps(added).encode(), status_lists_jsonl=lambda old: forged + old
    )
    pinned = ("--vkey", Vkey.of(ORIGIN, KEY), "--number", case.good)
    assert told(path, *pinned)["status"] == 0
    assert "not signed with a key of the register" in wrong(told(path, *pinned, "--jwks", jwks))["credential"]
    assert told(case.dump, *pinned, "--jwks", jwks)["status"] == 0
    jwks.write_text('{"keys": 1}')
    assert wrong(told(case.dump, *pinned, "--jwks", jwks)) == {"credential": "jwks.json is damaged"}


def test_the_day_decides(case, told):
    late = (clock.today() + timedelta(days=1500)).isoformat()
    report = told(case.dump, "--number", case.good, "--on", late)
    assert report["status"] == 2
    assert len(report["reasons"]) == 4  # end of validity, credential, two lists
    assert any("fetch a newer archive" in reason for reason in report["reasons"])


# Tampering with the file


def flip(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def flip_hex(data, offset):
    end = data.index(b">", data.index(b"/Contents <"))
    contents = data[data.index(b"/Contents <") + 11 : end].rstrip(b"0")
    place = data.index(b"/Contents <") + 11 + len(contents) // 2 + offset
    return data[:place] + (b"0" if data[place : place + 1] != b"0" else b"1") + data[place + 1 :]


def flip_end(data):
    end = data.index(b">", data.index(b"/Contents <"))
    return data[: end - 2] + b"ff" + data[end:]


FILES = {
    "a flipped byte": (lambda data: flip(data, data.index(b"MediaBox [") + 11), "changed after it was sealed"),
    "garbage at the end": (lambda data: data + b"\n", "does not cover the whole file"),
    "no seal": (lambda data: data.replace(b"/ByteRange", b"/BiteRange"), "no seal"),
    "two seals": (lambda data: data + b"/ByteRange [0 1 2 3]", "more than one seal"),
    "a zeroed range": (lambda data: data.replace(b"/ByteRange [0 ", b"/ByteRange [1 "), "does not cover the whole"),
    "a hole": (
        lambda data: data.replace(b"/Contents <", b"/Contains <"),
        "something else than the seal is left out",
    ),
    "an empty file": (lambda data: b"", "no seal"),
    "a cut-off seal": (lambda data: data[: data.index(b"/Contents <") + 40], "does not cover"),
    "a damaged signature": (lambda data: flip_hex(data, -40), ""),
    "something behind the seal": (flip_end, "something lies behind the seal"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_called_by_its_name(case, tmp_path, name, told):
    change, said = FILES[name]
    path = tmp_path / "changed.pdf"
    path.write_bytes(change((case.folder / "good.pdf").read_bytes()))
    report = told(case.dump, "--pdf", path)
    assert report["status"] == 1
    grown = name in {"garbage at the end", "two seals"}
    assert ("the rest was added" if grown else "no certificate with exactly these") in wrong(report)["file"]
    assert said in wrong(report).get("seal", "no complaint")


def test_a_seal_of_ours_that_the_log_does_not_know(case, tmp_path, told):
    sealer = sealer_of(case.folder / "keys", PASSPHRASE)
    placeholder = sealer.placeholder()
    path = tmp_path / "secret.pdf"
    path.write_bytes(sealer.seal(paper(placeholder, "never logged"), placeholder))
    report = told(case.dump, "--pdf", path)
    assert report["status"] == 1
    assert list(wrong(report)) == ["file"]


def test_a_seal_of_somebody_with_our_name(case, tmp_path, told):
    ensure_keyring(tmp_path / "keys", "Stichting Keurwerk", PASSPHRASE)
    sealer = sealer_of(tmp_path / "keys", PASSPHRASE)
    placeholder = sealer.placeholder()
    path = tmp_path / "forged.pdf"
    path.write_bytes(sealer.seal(paper(placeholder), placeholder))
    assert "somebody else made it" in wrong(told(case.dump, "--pdf", path))["seal"]


def test_a_seal_made_with_the_key_of_time_stamps(case, tmp_path, told):
    sealer = KeySealer(held_key(Keyring.open(case.folder / "keys", PASSPHRASE), Purpose.TIMESTAMP))
    placeholder = sealer.placeholder()
    path = tmp_path / "forged.pdf"
    path.write_bytes(sealer.seal(paper(placeholder), placeholder))
    assert "not one for sealing documents" in wrong(told(case.dump, "--pdf", path))["seal"]


def test_a_seal_that_is_larger_than_any(case, tmp_path, told):
    size, path = 3_000_000, tmp_path / "large.pdf"
    head = b"/ByteRange [0 %010d %010d %010d] /Contents " % (60, 60 + size + 2, 1)
    path.write_bytes(head.ljust(60) + b"<" + b"30" * (size // 2) + b">" + b"\n")
    assert "larger than it can be" in wrong(told(case.dump, "--pdf", path))["seal"]


def test_whatever_bytes_are_damaged_nothing_breaks(case, tmp_path, told):
    data, path = (case.folder / "good.pdf").read_bytes(), tmp_path / "damaged.pdf"
    begin = data.index(b"/Contents <")
    chance = Random(20261126)  # noqa: S311 - the same bytes in every run
    for _ in range(150):
        place = chance.randrange(begin, begin + 3000)
        path.write_bytes(data[:place] + bytes([chance.choice(b"0123456789abcdef<> ")]) + data[place + 1 :])
        if path.read_bytes() != data:
            assert told(case.dump, "--pdf", path)["status"] == 1


def test_the_file_of_another_certificate(case, told):
    report = told(case.dump, "--pdf", case.folder / "good.pdf", "--number", case.suspended)
    assert wrong(report)["file"] == f"this is the certificate {case.good}, not {case.suspended}"


def test_a_number_that_was_never_issued(case, told):
    report = told(case.dump, "--number", "KW-2026-99999-00")
    assert (report["status"], wrong(report)) == (
        1, {"certificate": "the log knows no certificate KW-2026-99999-00"},
    )  # fmt: skip


# Tampering with the archive


def replacing(old, new):
    return lambda data: data.replace(old, new)


def without(data):
    return None


def relisted(case, purpose, places=(), **changes):
    """Return the status lists with another one in the place of one."""
    url, text = status_list(purpose, places, changes.pop("key", case.key), **changes)

    def change(data):
        lines = [json.loads(line) for line in data.splitlines()]
        lines = [{"url": url, "credential": text} if line["url"] == url else line for line in lines]
        return "".join(json.dumps(line) + "\n" for line in lines).encode()

    return change


def forged(origin, size, root):
    said = Checkpoint(origin, size, root).text
    return str(Note(said, (sign(said, ORIGIN, KEY),))).encode()


LAST, LIE = (canonical({"type": "case-log", "number": None, "first": first}) for first in (299, 298))
ARCHIVES = {
    "an entry": (
        {"ledger__tile__entries__000": replacing(b'"suspended"', b'"certified"')},
        {"log": "tile 0/000 does not have the hashes of the entries below it"},
    ),
    "an entry with its tile": (
        {
            "ledger__tile__entries__001_p__47": replacing(LAST, LIE),
            "ledger__tile__0__001_p__47": replacing(leaf_hash(LAST), leaf_hash(LIE)),
        },
        {"log": "the first 303 entries are not those of the checkpoint"},
    ),
    "the previous entry": (
        {"ledger__tile__entries__000": replacing(b'"previous":0', b'"previous":1')},
        {"log": "does not follow the entry before it"},
    ),
    "a tile": ({"ledger__tile__0__000": lambda data: flip(data, 0)}, {"log": "tile 0/000 does not have the hashes"}),
    "a tile above": ({"ledger__tile__1__000_p__1": lambda data: flip(data, 0)}, {"log": "tile 1/000.p/1 does not"}),
    "a cut-off bundle": ({"ledger__tile__entries__000": lambda data: data[:-1]}, {"log": "bundle 000 is cut off"}),
    "a short bundle": (
        {"ledger__tile__entries__001_p__47": lambda data: data[: -2 - len(unbundle(data)[-1])]},
        {"log": "bundle 001.p/47 has 46 entries, not 47"},
    ),
    "a missing tile": ({"ledger__tile__0__000": without}, {"log": "ledger/tile/0/000 is missing"}),
    "a root": (
        {"ledger__checkpoint": replacing(b"\n303\n", b"\n302\n")},
        {"log": "the signature of keurwerk.example/ledger is wrong"},
    ),
    "a signed lie": (
        {"ledger__checkpoint": lambda data: forged(ORIGIN, 303, bytes(32))},
        {"log": "the first 303 entries are not those"},
    ),
    "another log": (
        {"ledger__checkpoint": lambda data: forged("other.example/log", 303, bytes(32))},
        {"log": "not signed by a key of the log"},
    ),
    "no signature": ({"ledger__checkpoint": replacing("—".encode(), b"-")}, {"log": "a line that is no signature"}),
    "a fork in the past": (
        {"ledger__checkpoints_jsonl": lambda data: json.dumps(
            {"size": 1, "note": forged(ORIGIN, 1, bytes(32)).decode()}).encode() + b"\n" + data},
        {"log": "the first 1 entries are not those"},
    ),
    "a cut-off list": ({"ledger__checkpoints_jsonl": lambda data: data[:-1]}, {"log": "checkpoints.jsonl is cut off"}),
    "a cosignature": (
        {"ledger__checkpoint": lambda data: data[:-20] + b"AAAAAAAAAAAAAAAA" + data[-4:]},
        {"log": "the signature of witness.example/w is wrong"},
    ),
    "the manifest": ({"manifest_json": replacing(b'"format": 1', b'"format": 2')}, {"archive": "no archive that this"}),
    "no manifest": ({"manifest_json": without}, {"archive": "manifest.json is missing"}),
    "a bomb": ({"manifest_json": lambda data: b" " * 2_000_000}, {"archive": "larger than it can be"}),
    "the issuer": (
        {"manifest_json": replacing(b"https://keurwerk.example", b"https://evil.example")},
        {"credential": "was issued by https://keurwerk.example"},
    ),
    "a key": ({"manifest_json": replacing(b"+A", b"+B")}, {"log": "no key that this program knows"}),
    "a root certificate": ({"roots_pem": lambda data: b""}, {"seal": "the roots are no certificates"}),
    "a credential": (
        {"credentials_jsonl": replacing(b'"credential": "e', b'"credential": "f')},
        {"credential": "not the one in the log"},
    ),
    "no credential": ({"credentials_jsonl": lambda data: b""}, {"credential": "has nothing for KW-"}),
    "the keys of credentials": ({"jwks_json": replacing(b'"one"', b'"two"')}, {"credential": "not signed with a key"}),
    "no status lists": ({"status_lists_jsonl": lambda data: b""}, {"credential": "has nothing for https://"}),
    "nonsense": ({"jwks_json": lambda data: b"[]"}, {"credential": "jwks.json is damaged"}),
    "deep nonsense": ({"jwks_json": lambda data: b"[" * 200_000}, {"credential": "jwks.json is damaged"}),
    "something else": ({"jwks_json": lambda data: b'{"keys": 5}'}, {"credential": "jwks.json is damaged"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_changed_archive_is_called_by_its_name(case, tmp_path, name, told):
    files, said = ARCHIVES[name]
    report = told(changed(case, tmp_path, **files), "--pdf", case.folder / "good.pdf")
    assert report["status"] == 1
    found = wrong(report)
    assert list(found) == list(said)
    assert all(said[step] in found[step] for step in said), found


def test_status_lists_that_are_not_what_they_were(case, tmp_path, told):
    stranger = ec.generate_private_key(ec.SECP256R1())

    def judged(change, number=case.suspended):
        path = changed(case, tmp_path, status_lists_jsonl=change)
        return told(path, "--number", number)

    report = judged(relisted(case, "suspension", key=stranger))
    assert wrong(report)["credential"] == "the signature of the suspension list is wrong"
    report = judged(relisted(case, "suspension", id=f"{ISSUER}/other"))
    assert wrong(report)["credential"] == "the suspension list is another list"
    report = judged(
        relisted(case, "suspension", credentialSubject={"statusPurpose": "suspension", "encodedList": "uAA"})
    )
    assert report["status"] == 1
    report = judged(relisted(case, "revocation", [GOOD_PLACE]), case.good)
    assert (report["status"], report["reasons"]) == (2, ["it is on the revocation list"])
    report = judged(relisted(case, "revocation", days=-0.5), case.good)
    assert report["status"] == 2
    assert "fetch a newer archive" in report["reasons"][0]


def test_an_older_checkpoint_that_the_log_does_not_continue(case, tmp_path, told):
    older = tmp_path / "older.txt"

    def judged(data):
        older.write_bytes(data)
        return wrong(told(case.dump, "--since", older))["older checkpoint"]

    assert "are not those that were signed then" in judged(forged(ORIGIN, 2, bytes(32)))
    assert "the archive only 303" in judged(forged(ORIGIN, 999, bytes(32)))
    assert "is wrong" in judged(case.older.replace("\n1\n", "\n2\n").encode())
    assert "no text" in judged(b"\xff\xff")
    assert "no checkpoint" in judged(b"\n\n")


def test_what_is_no_archive(tmp_path, told):
    for content in (b"", b"PK\x03\x04", b"nonsense"):
        path = tmp_path / "dump.zip"
        path.write_bytes(content)
        assert list(wrong(told(path))) == ["archive"]
    assert list(wrong(told(tmp_path / "nothing"))) == ["archive"]


def test_it_runs_from_any_folder(case, tmp_path):
    alone = tmp_path / "keurwerk-verify"
    shutil.copy(VERIFIER, alone)
    done = subprocess.run(
        [sys.executable, "-I", alone, case.dump], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0


def test_the_archive_is_the_same_when_made_again(case):
    with zipfile.ZipFile(io.BytesIO(case.dump.read_bytes())) as archive:
        assert archive.testzip() is None
        assert Keyring.open(case.folder / "keys").roots()
