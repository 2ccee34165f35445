"""The stand-alone verifier checks an exported audit, and names what was done to it."""

import copy
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec

from audits.core.access import Role
from audits.inspections import export, services
from audits.inspections.judging import Method
from audits.inspections.queries import sample_of
from audits.inspections.services.receipts import confirm_entries
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from certificates.credentials.tokens import jwks, sign
from portal.commands.samples import sample
from portal.settings import ROOT
from portal.signing.receipts import TYPE
from tests.kit.device import TestDevice
from tests.kit.factories import make_person
from tests.kit.factories.inspections import make_audit
from tests.kit.fieldwork import FILES

GOOD, BAD = ("conform", ""), ("nonconform", "The copy is not in the file.")


@pytest.fixture
def genuine(session):
    """An audit with two inspectors, an amendment and a receipt, as it is exported."""
    audit = make_audit(session, populations={"personnel_file": FILES})
    drawn = sample_of(session, audit.id)["personnel_file"]
    member = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    key = ec.generate_private_key(ec.SECP256R1())

    def record(actor, said, **more):
        services.record_sheets(session, actor, audit.id, {"IDW-01": said}, **more)

    record(audit.inspector.actor, dict.fromkeys(drawn[:4], GOOD), methods={"IDW-01": {drawn[0]: Method.SEEN}})
    record(audit.inspector.actor, {drawn[0]: BAD}, reasons={"IDW-01": "It had expired."})
    record(member.actor, dict.fromkeys(drawn[4:6], BAD))
    confirm_entries(session, audit.id, lambda said: sign(said, key, typ=TYPE))
    session.flush()
    found = {**export.exported(session, audit), "keys": jwks([key.public_key()])}
    return json.loads(json.dumps(found))


@pytest.fixture
def verify(tmp_path):
    def run(found):
        file = tmp_path / "audit.json"
        file.write_text(json.dumps(found), encoding="utf-8")
        command = [sys.executable, str(ROOT / "bin" / "keurwerk-verify"), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.returncode, done.stdout

    return run


def test_a_genuine_audit_holds(genuine, verify):
    status, told = verify(genuine)
    assert status == 0, told
    assert "6 as entered, 1 amendments" in told
    assert "is genuine." in told


def entry(found, place, chain=0):
    return found["chains"][chain]["entries"][place - 1]


def changed(found, place, **said):
    each = entry(found, place)
    each["data"] = json.dumps(json.loads(each["data"]) | said, sort_keys=True, separators=(",", ":"))


def with_gap(found):
    del found["chains"][0]["entries"][1]


def swapped(found):
    entries = found["chains"][0]["entries"]
    entries[1], entries[2] = entries[2], entries[1]


def cut_off(found):
    del found["chains"][0]["entries"][-1]


def without_chain(found):
    del found["chains"][1]


def changed_inside(found):
    changed(found, 2, value="nonconform")


def changed_last(found):
    changed(found, 5, value="conform")


def changed_link(found):
    changed(found, 3, previous="a" * 64)


def changed_words(found):
    entry(found, 5)["content"]["words"]["note"] = "All was well."


def changed_verdict(found):
    found["verdicts"]["IDW-01/personnel_file/1"] = "conform"


def without_verdict(found):
    del found["verdicts"]["IDW-01/personnel_file/2"]


def doubled(found):
    found["chains"][0]["entries"].insert(1, copy.deepcopy(entry(found, 1)))


def other_audit(found):
    found["audit"]["id"] = "00000000-0000-0000-0000-000000000000"


def without_receipt(found):
    found["receipt"] = None


def other_key(found):
    found["keys"] = jwks([ec.generate_private_key(ec.SECP256R1()).public_key()])


def other_list(found):
    found["samples"]["personnel_file"]["members"][0] = "F-999"


def other_unit(found):
    found["units"]["personnel_file"][0]["reference"] = "F-999"


def other_seed(found):
    found["samples"]["personnel_file"]["seed"] = "00" * 32


def other_secret(found):
    found["samples"]["personnel_file"]["secret"] = "00" * 32


def other_value(found):
    found["samples"]["personnel_file"]["value"] = "1 1 1"


def next_but_one(found):
    order = {each["reference"] for each in found["units"]["personnel_file"]}
    left = next(each for each in found["samples"]["personnel_file"]["members"] if each not in order)
    units = found["units"]["personnel_file"]
    units.append({"reference": left, "position": 99, "origin": "replacement", "replaces": units[0]["reference"]})


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (with_gap, "there is a gap; entry 2 is missing"),
        (swapped, "entries 2 and 3 are swapped"),
        (doubled, "entry 1 is there twice"),
        (cut_off, "5 entries were received and 4 are here; the last were removed"),
        (without_chain, "which the receipt names, was removed"),
        (changed_inside, "entry 2 was changed"),
        (changed_link, "entry 3 was changed"),
        (changed_last, "entry 5 was changed after it was received"),
        (changed_words, "entry 5: what was typed in it was changed"),
        (changed_verdict, "the verdict on IDW-01/personnel_file/1 is conform, and its entries say nonconform"),
        (without_verdict, "IDW-01/personnel_file/2 was judged, and has no verdict"),
        (other_audit, "the receipt is that of another audit"),
        (without_receipt, "the entries have no receipt of the register"),
        (other_key, "the receipt is not signed with a key of the register"),
        (other_list, "the list is not the one that was fixed"),
        (other_unit, "other units were looked at than were drawn"),
        (other_seed, "the seed does not come from the secret and the value"),
        (other_secret, "the secret is not the one that was promised"),
        (other_value, "the seed does not come from the secret and the value"),
        (next_but_one, "is not the next of the draw"),
    ],
)
def test_what_was_done_to_an_audit_is_named(genuine, verify, spoil, sentence):
    spoil(genuine)
    status, told = verify(genuine)
    assert (status, sentence in told) == (1, True), told


def test_words_that_were_forgotten_leave_it_genuine(genuine, verify):
    for chain in genuine["chains"]:
        for each in chain["entries"]:
            each["content"] = None
    assert verify(genuine)[0] == 0


def test_a_list_that_was_erased_leaves_it_genuine(genuine, verify):
    genuine["samples"]["personnel_file"]["members"] = None
    status, told = verify(genuine)
    assert status == 0
    assert "its list was erased after its term" in told


def test_anything_else_is_refused(verify):
    for found in ({}, {"type": "keurwerk-audit", "format": 2}):
        assert "this is no audit that this program knows" in verify(found)[1]
    assert (
        verify({"type": "keurwerk-audit", "format": 1, "audit": {"reference": "x"}, "exported": "x", "keys": {}})[0]
        == 1
    )


DRAWS = (other_list, other_unit, other_seed, other_secret, other_value, next_but_one)


def sample_verify(tmp_path, found):
    file = tmp_path / "audit.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    return CliRunner().invoke(sample, ["verify", str(file)])


def test_the_command_draws_again(tmp_path, genuine):
    done = sample_verify(tmp_path, genuine)
    assert (done.exit_code, done.output) == (0, "1 samples drawn again, as they were drawn\n")
    assert sample_verify(tmp_path, {"samples": 1}).exit_code == 1


@pytest.mark.parametrize("spoil", DRAWS)
def test_the_command_names_a_draw_that_comes_out_otherwise(tmp_path, genuine, spoil):
    spoil(genuine)
    done = sample_verify(tmp_path, genuine)
    assert done.exit_code == 1
    assert "personnel_file: " in done.output


@pytest.fixture
def sealed_by_a_device(session):
    """An audit with entries that a device sealed and signed, as it is exported."""
    audit = make_audit(session, populations={"personnel_file": FILES})
    device = TestDevice(session, audit.inspector.actor, audit)
    device.seal("IDW-01/personnel_file/1", "nonconform", note="The copy is not in the file.")
    device.seal("IDW-01/personnel_file/2")
    device.send()
    session.flush()
    key = ec.generate_private_key(ec.SECP256R1())
    confirm_entries(session, audit.id, lambda said: sign(said, key, typ=TYPE))
    session.flush()
    found = {**export.exported(session, audit), "keys": jwks([key.public_key()])}
    return json.loads(json.dumps(found))


def test_what_a_device_sealed_holds(sealed_by_a_device, verify):
    status, told = verify(sealed_by_a_device)
    assert status == 0, told
    assert "2 as entered" in told


def test_an_entry_that_its_device_did_not_sign_is_named(sealed_by_a_device, verify):
    first, second = sealed_by_a_device["chains"][0]["entries"]
    first["signature"], second["signature"] = second["signature"], first["signature"]
    status, told = verify(sealed_by_a_device)
    assert status != 0
    assert "entry 1: the signature of the device is wrong" in told
