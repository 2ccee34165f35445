"""What a device seals beside verdicts: how they were reached, private notes, and pictures that follow their entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from audits.core.errors import NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.files import StoredFile
from audits.inspections import services
from audits.inspections.entries import EntryKind
from audits.inspections.judging import Method
from audits.inspections.merging import joined_notes
from audits.inspections.models import CellFile, EntryContent, PrivateNote, SealedEntry, Verdict
from audits.inspections.queries import sample_of, verdicts_of
from tests.kit.device import CELL, UNDER, TestDevice, outcomes, why

FILE = StoredFile("ab" * 32, 7, "image/jpeg", "room.jpg")
CODE = "IDW-01"


def notes(session):
    session.expire_all()
    return [each.text for each in session.scalars(select(PrivateNote))]


def first(session, audit):
    return sample_of(session, audit.id)["personnel_file"][0]


def give(session, device, digest, file=FILE):
    found = services.receive_picture(session, device.actor, device.audit.id, device.chain, file, digest=digest)
    session.flush()
    return found


def test_how_a_verdict_was_reached_comes_along(session, audit, device):
    device.seal(CELL, "nonconform", note=UNDER, method=Method.OBSERVED)
    assert outcomes(device.send()) == ["stored"]
    (row,) = verdicts_of(session, audit.id)[CODE].values()
    assert row.method is Method.OBSERVED


def test_a_picture_follows_the_entry_that_sealed_it(session, audit, device):
    with pytest.raises(NotFoundError, match="did not come in"):
        give(session, device, "a" * 64)
    device.picture(CELL)
    assert outcomes(device.send()) == ["stored"]
    assert services.devices_of(session, audit.id)[0].pictures == 1
    with pytest.raises(RuleError, match="not the one that was sealed"):
        give(session, device, device.previous, StoredFile("cd" * 32, 7, "image/jpeg", "room.jpg"))
    row = give(session, device, device.previous)
    assert (row.reference, row.requirement_code, row.sha256) == (first(session, audit), CODE, FILE.sha256)
    assert give(session, device, device.previous).id == row.id
    assert session.query(CellFile).count() == 1
    assert services.devices_of(session, audit.id)[0].pictures == 0
    (told,) = [each for each in history(session, audit.id) if each.name == "audit.attach"]
    assert told.data["head"] == device.previous
    assert session.query(Verdict).count() == 0


def test_a_picture_before_the_verdict_asks_no_reason(session, audit, device):
    services.record_sheets(session, audit.inspector.actor, audit.id, {CODE: {first(session, audit): ("conform", "")}})
    device.picture(CELL)
    device.look()
    device.seal(CELL, "nonconform", note=UNDER)
    assert "Say why" in why(device.send())[0]


def test_a_blocked_device_hands_in_no_picture(session, audit, device):
    device.picture(CELL)
    device.send()
    services.revoke_device(session, device.actor, audit.id, device.chain)
    with pytest.raises(NotAllowedError, match="was blocked"):
        give(session, device, device.previous)


def test_a_private_note_is_kept_for_the_team_and_never_beside_its_entry(session, audit, device):
    device.private(CELL, "Ask the neighbour.")
    device.private(CELL, "Ask both neighbours.", seen="Ask the neighbour.")
    assert outcomes(device.send()) == ["stored", "stored"]
    assert outcomes(device.send()) == ["known", "known"]
    assert notes(session) == ["Ask both neighbours."]
    assert session.query(EntryContent).count() == 0
    assert session.query(SealedEntry).count() == 2


def test_what_a_device_did_not_see_of_a_private_note_stays(session, audit, device):
    other = TestDevice(session, device.actor, audit, "Telephone")
    device.private(CELL, "Typed on the tablet.")
    other.private(CELL, "Typed on the telephone.")
    device.send()
    other.send()
    assert notes(session) == ["Typed on the tablet.\nTyped on the telephone."]


@given(stored=some.text(), new=some.text(), was_seen=some.booleans())
def test_nothing_that_was_typed_unseen_is_lost(stored, new, was_seen):
    found = joined_notes(stored, new, was_seen=was_seen)
    assert new in found
    assert was_seen or stored in found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"sha256": "ab", "name": "room.jpg"}, "not one that we know"),
        ({"sha256": "ab" * 32, "name": "room.jpg", "note": "x"}, "does not belong"),
        ({"sha256": "ab" * 32, "name": ""}, ""),
    ],
)
def test_a_picture_that_says_something_else_is_refused(session, device, typed, words):
    received = device.send(device.seal(CELL, "added", kind=EntryKind.PHOTO, typed=typed))
    assert outcomes(received) == ["refused"]
    assert words in why(received)[0]
