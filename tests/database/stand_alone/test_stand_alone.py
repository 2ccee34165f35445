"""The stand-alone verifier accepts genuine archives and files, and names what was tampered with."""

import base64
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey

from audits.core import clock
from certificates.ledger.notes import Algorithm, Vkey
from certificates.seal import Keyring, KeySealer, ensure_keyring
from certificates.seal.keyring.keys import Purpose
from certificates.seal.keyring.signing import held_key
from tests.kit.paper import paper, sealer_of
from tests.kit.stand_alone import (
    KEY,
    ORIGIN,
    OTHER,
    PASSPHRASE,
    VERIFIER,
    WITNESS,
    changed,
    flip,
    jwt,
    status_list,
    wrong,
)


def run(*arguments):
    """Run the program isolated and from another folder; return status and output."""
    command = [sys.executable, "-I", str(VERIFIER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.stderr == ""
    return done.returncode, done.stdout


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


def test_given_keys_count_instead_of_those_in_the_archive(case, tmp_path, told):
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


def test_the_verdict_depends_on_the_day(case, told):
    late = (clock.today() + timedelta(days=1500)).isoformat()
    report = told(case.dump, "--number", case.good, "--on", late)
    assert report["status"] == 2
    assert len(report["reasons"]) == 4  # end of validity, credential, two lists
    assert any("fetch a newer archive" in reason for reason in report["reasons"])


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


def test_a_seal_that_is_too_large_is_refused(case, tmp_path, told):
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


def test_the_file_of_another_certificate_is_refused(case, told):
    report = told(case.dump, "--pdf", case.folder / "good.pdf", "--number", case.suspended)
    assert wrong(report)["file"] == f"this is the certificate {case.good}, not {case.suspended}"


def test_a_number_that_was_never_issued_is_unknown(case, told):
    report = told(case.dump, "--number", "KW-2026-99999-00")
    assert (report["status"], wrong(report)) == (
        1, {"certificate": "the log knows no certificate KW-2026-99999-00"},
    )  # fmt: skip


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
