"""Archives of the log that were tampered with, as the program that others run sees them."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from audits.core.canonical import canonical
from certificates.ledger.tree import leaf_hash
from tests.kit.published import unbundle
from tests.kit.stand_alone import GOOD_PLACE, ISSUER, ORIGIN, changed, flip, forged, status_list, wrong

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


def test_a_file_that_is_no_archive_is_refused(tmp_path, told):
    for content in (b"", b"PK\x03\x04", b"nonsense"):
        path = tmp_path / "dump.zip"
        path.write_bytes(content)
        assert list(wrong(told(path))) == ["archive"]
    assert list(wrong(told(tmp_path / "nothing"))) == ["archive"]
