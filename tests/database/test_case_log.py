"""The log of the cases: its chained head in the public log, notes that can be forgotten, actors."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from audits.core import clock, events
from audits.core.access import SYSTEM
from audits.core.canonical import canonical
from audits.core.errors import NotFoundError
from audits.core.events import Event, EventNote
from certificates.ledger import caselog, queries, tree
from certificates.ledger.entries import EntryType
from certificates.ledger.models import LedgerEntry
from certificates.ledger.services import append
from certificates.lifecycle.events import CertificateResealed
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.ledger import (
    happen,
)

# The head of the case log


def test_the_head_covers_the_rows_of_the_days_that_are_over(session):
    happen(session, 3, 2, 2, 0)
    ids = list(session.scalars(select(Event.id).where(Event.name == "case.test").order_by(Event.id)))
    index = caselog.append_head(session)
    head = json.loads(session.get_one(LedgerEntry, index).data)
    assert (head["first"], head["last"], head["count"]) == (1, ids[2], 3)
    rows = [caselog.row(session.get_one(Event, each)) for each in ids[:3]]
    assert head["root"] == tree.root_of(tree.leaf_hash(canonical(row)) for row in rows).hex()
    assert caselog.append_head(session) is None


def test_the_next_head_begins_where_the_last_one_ended(session, monkeypatch):
    noon = datetime(2026, 11, 25, 12, tzinfo=clock.AMSTERDAM)
    monkeypatch.setattr(clock, "now", lambda: noon)
    happen(session, 2)
    caselog.append_head(session)
    first = caselog.last_head(session)
    happen(session, 0)
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(days=1))
    caselog.append_head(session)
    assert (caselog.last_head(session)["first"], caselog.last_head(session)["count"]) == (first["last"] + 1, 1)


def test_a_day_is_closed_an_hour_after_midnight(monkeypatch):
    def closed(hour, minute):
        return caselog._closed(datetime(2026, 11, 25, hour, minute, tzinfo=clock.AMSTERDAM)).date().isoformat()

    assert (closed(0, 59), closed(1, 0), closed(23, 59)) == ("2026-11-24", "2026-11-25", "2026-11-25")


def test_a_changed_row_changes_the_head(session):
    happen(session, 2, 2)
    caselog.append_head(session)
    head = caselog.last_head(session)
    assert caselog.head_of(session, head["first"], head["last"]).root.hex() == head["root"]
    session.execute(text("ALTER TABLE event DISABLE TRIGGER event_kept"))
    session.execute(update(Event).values(data={"words": "e"}))
    session.expire_all()
    assert caselog.head_of(session, head["first"], head["last"]).root.hex() != head["root"]


def test_an_event_of_the_portal_is_a_row_with_all_its_fields(session):
    agency = make_agency(session)
    told = CertificateResealed(before="0" * 64, after="1" * 64, reason="because")
    events.record(session, told, subject_id=agency.id, actor=SYSTEM, agency_id=agency.id)
    session.flush()
    event = session.scalars(select(Event).where(Event.name == "certificate.reseal")).one()
    row = caselog.row(event)
    assert set(row) == {column.name for column in Event.__table__.columns} - {"txid"}  # means nothing elsewhere
    assert (row["agency_id"], row["actor_id"], row["happened_at"][-8:-1].isdigit()) == (str(agency.id), None, False)
    assert row["data"] == {"before": "0" * 64, "after": "1" * 64}
    assert row["note_sha256"] == events.digest_of(event.note.salt, {"reason": "because"})


def test_the_log_verifies_when_a_note_was_forgotten(session):
    happen(session, 2)
    agency = make_agency(session)
    told = CertificateResealed(before="0" * 64, after="1" * 64, reason="Jan de Vries lost the key.")
    events.record(session, told, subject_id=agency.id, actor=SYSTEM, agency_id=agency.id)
    session.flush()
    last = session.scalar(select(func.max(Event.id)))
    before = caselog.head_of(session, 1, last)
    event = session.scalars(select(Event).where(Event.name == "certificate.reseal")).one()
    events.forget_note(session, event.id)
    session.expire_all()
    assert not session.scalar(select(EventNote).where(EventNote.event_id == event.id))
    assert event.told == {"before": "0" * 64, "after": "1" * 64}
    assert caselog.head_of(session, 1, last) == before


def test_what_has_no_note_cannot_be_forgotten(session):
    with pytest.raises(NotFoundError):
        events.forget_note(session, 10**9)


def test_a_note_may_be_forgotten_but_never_changed(session):
    told = CertificateResealed(before="0" * 64, after="1" * 64, reason="because")
    events.record(session, told, subject_id=uuid4(), actor=SYSTEM)
    session.flush()
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(update(EventNote).values(data={"reason": "another"}))


def test_an_event_of_before_there_were_notes_is_hashed_as_it_was(session):
    session.add(
        Event(
            name="audit.reopen",
            subject_id=UUID(int=5),
            actor_id=UUID(int=0),
            happened_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
            data={"reason": "é"},
        )
    )
    session.flush()
    event = session.scalars(select(Event)).one()
    session.refresh(event)  # the database fills in the format, as for a process of the release before
    assert canonical(caselog.row(event)).decode() == (
        '{"actor_id":"00000000-0000-0000-0000-000000000000","agency_id":null,"data":{"reason":"é"},'
        f'"happened_at":"2026-11-24T12:00:00.000000Z","id":{event.id},"name":"audit.reopen",'
        '"subject_id":"00000000-0000-0000-0000-000000000005"}'
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": 2, "actor_kind": "person", "actor_id": None},
        {"format": 2, "actor_kind": "system", "actor_id": UUID(int=1)},
        {"format": 2, "actor_kind": None, "actor_id": UUID(int=1)},
        {"format": 1, "actor_kind": None, "actor_id": None},
    ],
)
def test_an_actor_is_a_person_with_an_id_or_nobody(session, wrong):
    row = {"name": "case.test", "subject_id": UUID(int=5), "happened_at": clock.now(), "data": {}} | wrong
    with pytest.raises(IntegrityError, match="ck_event_actor"), session.begin_nested():
        session.execute(insert(Event).values(**row))


def test_every_type_can_be_stored(session):
    for kind in EntryType:
        append(session, {"type": kind.value})
    assert queries.size_of(session) == len(EntryType)
