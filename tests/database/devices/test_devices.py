"""What a device of an inspector seals without a connection: taken as it was written, once, or refused with a reason."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.inspections import services
from audits.inspections.entries import EntryKind
from audits.inspections.models import EntryChain, EntryContent, SealedEntry, Verdict
from audits.inspections.queries import sample_of
from audits.inspections.standing import conflicts_in, standing_on
from audits.inspections.workflow import AuditState
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.device import CELL, UNDER, TestDevice, outcomes, why
from tests.kit.factories import make_person
from tests.kit.factories.inspections import make_audit
from tests.kit.fieldwork import FILES

NEXT = "IDW-01/personnel_file/2"


@pytest.fixture
def colleague(session, audit):
    """A device of somebody else in the team."""
    member = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    return TestDevice(session, member.actor, audit, "Laptop")


def verdicts(session, audit):
    rows = session.execute(
        select(Verdict.requirement_code, Verdict.reference, Verdict.value, Verdict.note, Verdict.reason).where(
            Verdict.audit_id == audit.id
        )
    )
    positions = {reference: place for place, reference in enumerate(sample_of(session, audit.id)["personnel_file"], 1)}
    return {f"{code}/personnel_file/{positions[unit]}": tuple(said) for code, unit, *said in rows}


def count(session):
    session.flush()
    return len(session.scalars(select(SealedEntry.id)).all()), len(session.scalars(select(EntryContent.entry_id)).all())


def test_what_a_device_sealed_becomes_verdicts(session, audit, device):
    device.seal(CELL)
    device.seal(NEXT, "nonconform", note=UNDER)
    device.seal(CELL, "nonconform", note="Expired.", reason="I saw the other side.")
    received = device.send()
    assert outcomes(received) == ["stored"] * 3
    assert (received.last.number, received.last.digest) == (3, device.previous)
    assert verdicts(session, audit) == {
        CELL: ("nonconform", "Expired.", "I saw the other side."),
        NEXT: ("nonconform", UNDER, ""),
    }
    kept = session.scalars(select(SealedEntry).order_by(SealedEntry.id)).all()
    assert [(each.data, each.signature) for each in kept] == [(each.data, each.signature) for each in device.log]
    told = [event for event in history(session, audit.id) if event.name == "audit.receive"]
    assert [(each.data["entries"], each.data["head"]) for each in told] == [(3, device.previous)]


def test_the_same_batch_again_gives_the_same_rows(session, device):
    device.seal(CELL, "nonconform", note=UNDER)
    device.seal(NEXT)
    device.send()
    before = count(session)
    assert outcomes(device.send()) == ["known"] * 2
    assert count(session) == before == (2, 1)


def test_entries_may_come_in_any_order_in_a_batch_and_wait_for_what_is_missing(session, device):
    first, second, third = (device.seal(cell) for cell in (CELL, NEXT, "IDW-01/personnel_file/3"))
    assert outcomes(device.send(third)) == ["waiting"]
    assert outcomes(device.send(third, first)) == ["waiting", "stored"]
    assert outcomes(device.send(third, second)) == ["stored", "stored"]


def test_half_a_batch_that_does_not_hold_says_why_of_each(session, audit, device):
    good = device.seal(CELL)
    bad = device.seal(NEXT, "guess")
    after = device.seal("IDW-01/personnel_file/3")
    received = device.send(good, bad, after)
    assert outcomes(received) == ["stored", "refused", "waiting"]
    assert why(received) == ["Choose one of the verdicts of the norm.", "An earlier entry of this device is missing."]
    assert list(verdicts(session, audit)) == [CELL]


REFUSED = {
    "another signature": (lambda device, sent: replace(sent, signature=device.sign(b"x")), "signature"),
    "no signature": (lambda _, sent: replace(sent, signature=""), "signature"),
    "a signature cut off": (lambda _, sent: replace(sent, signature=sent.signature[:40]), "signature"),
    "other words": (lambda _, sent: replace(sent, words={"note": "Fine."}), "does not belong"),
    "no words": (lambda _, sent: replace(sent, words={}), "does not belong"),
    "a word too much": (lambda _, sent: replace(sent, words={**sent.words, "x": "y"}), "does not belong"),
    "another spelling": (lambda _, sent: replace(sent, data=sent.data + b" "), "damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_entry_that_was_changed_is_refused(session, device, case):
    change, words = REFUSED[case]
    received = device.send(change(device, device.seal(CELL, "nonconform", note=UNDER)))
    assert outcomes(received) == ["refused"]
    assert words in why(received)[0]
    assert count(session) == (0, 0)


def test_an_entry_that_says_what_it_may_not_is_refused(session, audit, device):
    other = make_audit(session, populations={"personnel_file": FILES})
    for said, words in (
        ({"audit": other.id}, "another audit"),
        ({"person": other.inspector_id}, "another audit"),
        ({"scheme": "a" * 64}, "another norm"),
        ({"previous": "a" * 64}, "does not continue"),
        ({"cell": "IDW-01/interview/1"}, "not in this audit"),
        ({"cell": "IDW-01/personnel_file/99"}, "not in this audit"),
        ({"kind": EntryKind.COUNT}, "not in this audit"),
        ({"kind": EntryKind.PHOTO}, "not one that we know"),
        ({"kind": EntryKind.PRIVATE}, "does not belong"),
        ({"kind": EntryKind.CHOICE}, "Say why"),
        ({"value": "nonconform"}, "Say in the note"),
    ):
        device.number, device.previous = 0, session.get_one(EntryChain, device.chain).digest
        received = device.send(device.seal(**{"cell": CELL} | said))
        assert outcomes(received) == ["refused"], said
        assert words in why(received)[0], said
    assert count(session) == (0, 0)


def test_a_device_that_was_put_back_is_noticed(session, device):
    device.seal(CELL)
    device.send()
    device.number, device.previous = 0, session.get_one(EntryChain, device.chain).digest
    received = device.send(device.seal(NEXT))
    assert "put back" in why(received)[0]


def test_a_change_of_a_verdict_needs_a_reason(session, audit, device):
    services.record_sheets(
        session, audit.inspector.actor, audit.id,
        {"IDW-01": {sample_of(session, audit.id)["personnel_file"][0]: ("conform", "")}},
    )  # fmt: skip
    device.look()
    assert "Say why" in why(device.send(device.seal(CELL, "nonconform", note=UNDER)))[0]


def test_nobody_sends_to_an_audit_or_device_that_is_not_theirs(session, audit, device, colleague):
    sent = device.seal(CELL)
    stranger = make_person(session, Role.INSPECTOR)
    with pytest.raises((NotFoundError, NotAllowedError)):
        services.receive_entries(session, stranger.actor, audit.id, device.chain, [sent])
    with pytest.raises(NotFoundError):
        services.receive_entries(session, colleague.actor, audit.id, device.chain, [sent])
    other = make_audit(session, inspector=audit.inspector, populations={"personnel_file": FILES})
    with pytest.raises(NotFoundError):
        services.receive_entries(session, device.actor, other.id, device.chain, [sent])
    with pytest.raises((NotFoundError, NotAllowedError)):
        services.enrol_device(session, stranger.actor, audit.id, key=device.public, label="x")


def test_after_the_report_nothing_is_taken_and_everything_once_it_is_open_again(session, audit, device):
    device.seal(CELL)
    audit.state = AuditState.REPORTED
    session.flush()
    with pytest.raises(IllegalMoveError):
        device.send()
    audit.state = AuditState.IN_PROGRESS
    session.flush()
    assert outcomes(device.send()) == ["stored"]


def test_a_lost_device_is_blocked_and_what_it_held_is_counted(session, audit, device, colleague):
    first = device.seal(CELL)
    device.seal(NEXT)
    device.send(first)
    with pytest.raises(NotAllowedError):
        services.revoke_device(session, colleague.actor, audit.id, device.chain)
    found = services.revoke_device(session, audit.planner.actor, audit.id, device.chain)
    assert (found.written, found.received, found.missing) == (2, 1, 1)
    session.flush()
    with pytest.raises(NotAllowedError):
        device.send()
    with pytest.raises(IllegalMoveError):
        services.revoke_device(session, device.actor, audit.id, device.chain)
    with pytest.raises(NotFoundError):
        services.revoke_device(session, device.actor, audit.id, audit.id)


@pytest.mark.parametrize(("key", "label"), [("x", "Tablet"), ("A" * 87, "Tablet"), (None, " "), (None, "x" * 61)])
def test_a_device_has_a_key_and_a_name(session, audit, device, key, label):
    with pytest.raises(RuleError):
        services.enrol_device(session, device.actor, audit.id, key=key or device.public, label=label)


def test_two_who_judge_differently_are_both_kept_until_one_chooses(session, audit, device, colleague):
    device.seal(CELL)
    colleague.seal(CELL, "nonconform", note=UNDER)
    device.send()
    received = colleague.send()
    assert outcomes(received) == ["stored"]
    assert [(each.value, each.device) for each in received.conflicts[CELL]] == [
        ("conform", "Tablet"), ("nonconform", "Laptop")
    ]  # fmt: skip
    assert verdicts(session, audit)[CELL][0] == "conform"  # which came in first
    reference = sample_of(session, audit.id)["personnel_file"][0]
    with pytest.raises(IllegalMoveError, match="judged this differently"):
        services.record_sheets(
            session, device.actor, audit.id, {"IDW-01": {reference: ("nonconform", "x")}}, reasons={"IDW-01": "x"}
        )
    stand = conflicts_in(session, audit.id)[CELL]
    seen = [each.digest for each in stand]
    with pytest.raises(IllegalMoveError, match="changed in the meantime"):
        services.settle_conflict(session, device.actor, audit.id, CELL, seen[1], seen=seen[:1], reason="x")
    with pytest.raises(RuleError, match="reason"):
        services.settle_conflict(session, device.actor, audit.id, CELL, seen[1], seen=seen, reason=" ")
    services.settle_conflict(session, device.actor, audit.id, CELL, seen[1], seen=seen, reason="We looked again.")
    assert verdicts(session, audit)[CELL] == ("nonconform", UNDER, "We looked again.")
    assert conflicts_in(session, audit.id) == {}


def test_a_device_chooses_too(session, audit, device, colleague):
    device.seal(CELL)
    device.send()
    colleague.seal(CELL, "nonconform", note=UNDER)
    colleague.send()
    device.look().seal(CELL, "nonconform", note=UNDER, reason="We looked again.", kind=EntryKind.CHOICE)
    assert device.send().conflicts == {}
    assert verdicts(session, audit)[CELL] == ("nonconform", UNDER, "We looked again.")


def test_an_audit_is_not_reported_while_somebody_must_choose(session, audit, device, colleague):
    device.seal(CELL)
    device.send()
    colleague.seal(CELL, "nonconform", note=UNDER)
    colleague.send()
    from audits.inspections.services.reporting import _check_chosen

    with pytest.raises(RuleError, match="IDW-01, personnel_file 1"):
        _check_chosen(session, audit)


def test_two_who_judge_alike_are_no_conflict(session, audit, device, colleague):
    device.seal(CELL, "nonconform", note=UNDER)
    colleague.seal(CELL, "nonconform", note="No copy.")
    device.send()
    assert colleague.send().conflicts == {}
    value, note, _ = verdicts(session, audit)[CELL]
    assert (value, set(note.splitlines())) == ("nonconform", {UNDER, "No copy."})


ACTS = some.lists(
    some.tuples(
        some.sampled_from(["one", "two", "page"]),
        some.sampled_from(["seal", "seal", "look", "send"]),
        some.integers(1, 3),
        some.sampled_from(["conform", "nonconform"]),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(acts=ACTS, order=some.permutations(["one", "two"]))
def test_devices_and_the_pages_end_in_one_state(engine, acts, order):
    """Whatever was sealed, looked at and sent in between: each entry is there once, and no value is lost unseen."""
    from sqlalchemy.orm import Session

    with engine.connect() as connection, connection.begin() as outer:
        session = Session(connection, join_transaction_mode="create_savepoint")
        audit = make_audit(session, populations={"personnel_file": FILES})
        devices = {name: TestDevice(session, audit.inspector.actor, audit, name) for name in ("one", "two")}
        drawn = sample_of(session, audit.id)["personnel_file"]
        for who, act, place, value in acts:
            cell, note = f"IDW-01/personnel_file/{place}", f"{who} saw {value}"
            if who == "page":
                _on_the_page(session, audit, drawn[place - 1], value, note)
            elif act == "seal":
                devices[who].seal(cell, value, note=note, reason="Seen again.")
            elif act == "look":
                devices[who].look()
            else:
                devices[who].log and devices[who].send()
        for name in order:
            devices[name].log and devices[name].send()
        session.flush()
        stands = standing_on(session, audit.id)
        said = verdicts(session, audit)
        assert said.keys() == stands.keys()
        for cell, heads in stands.items():
            assert said[cell][0] in {head.value for head in heads}
        kept = session.scalars(select(SealedEntry.data)).all()
        assert len(kept) == len(set(kept))
        assert {each.data for device in devices.values() for each in device.log} <= set(kept)
        outer.rollback()


def _on_the_page(session, audit, reference, value, note):
    try:
        services.record_sheets(
            session,
            audit.inspector.actor,
            audit.id,
            {"IDW-01": {reference: (value, note)}},
            reasons={"IDW-01": "Seen."},
        )
    except IllegalMoveError:
        assert conflicts_in(session, audit.id)
