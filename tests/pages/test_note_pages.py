"""Notes of the office: read by colleagues without an interest, taken back by their writer, and forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotAllowedError
from audits.notes.models import StaffNote
from audits.notes.queries import notes_about
from audits.notes.services import take_back_note, write_note
from portal.doors.account.models import LoginSession
from portal.stores.retention import NOTES_KEPT
from portal.work.forgetting import forget_notes
from tests.kit.factories import make_agency, make_person
from tests.kit.world_of_agencies import add_interest


def test_a_note_is_written_read_by_a_colleague_and_taken_back_by_its_writer(enter, session):
    agency = make_agency(session)
    page = f"/office/agencies/{agency.id}/notes"
    planner, colleague = enter(Role.PLANNER), enter(Role.DECIDER)
    planner.open(page)
    assert planner.submit(status=422).errors == ["Write the note."]
    planner.submit(text="Called on Monday.\nThe director is away.")
    shown = colleague.open(page)
    assert "The director is away." in shown.text
    assert "Take back" not in shown.text
    planner.submit("table form")
    assert "Called on Monday." not in colleague.open(page).text
    assert session.scalars(select(StaffNote.withdrawn_at)).one()


def test_the_note_of_a_colleague_is_not_found_also_by_who_signed_in_a_while_ago(enter, session):
    """A visit after a minute writes its time beside the request, which keeps the rights that it has."""
    agency = make_agency(session)
    note = write_note(session, make_person(session, Role.PLANNER).actor, agency.id, text="Called on Monday.")
    colleague = enter(Role.DECIDER)
    colleague.open("/account")  # with a form, whose token is sent
    token = colleague.page.soup.select_one("input[name=csrf_token]")["value"]
    session.execute(update(LoginSession).values(seen_at=clock.now() - timedelta(minutes=5)))
    session.commit()
    path = f"/office/agencies/{agency.id}/notes/{note.id}/take-back"
    assert colleague.client.post(path, data={"csrf_token": token}).status_code == 404


def test_who_has_an_interest_neither_reads_nor_writes(session):
    agency, planner, tied = (
        make_agency(session),
        make_person(session, Role.PLANNER),
        make_person(session, Role.REVIEWER),
    )
    note = write_note(session, planner.actor, agency.id, text="x")
    add_interest(session, tied.id, agency.id)
    session.flush()
    assert [each.id for each in notes_about(session, planner.actor, agency.id)] == [note.id]
    assert notes_about(session, tied.actor, agency.id) == []
    with pytest.raises(NotAllowedError):
        write_note(session, tied.actor, agency.id, text="x")
    with pytest.raises(NotAllowedError, match="Somebody else wrote this note"):
        take_back_note(session, make_person(session, Role.DECIDER).actor, note.id)


def test_notes_are_forgotten_after_their_term(session):
    agency, planner = make_agency(session), make_person(session, Role.PLANNER)
    for age in (NOTES_KEPT + timedelta(days=1), timedelta(days=9)):
        write_note(session, planner.actor, agency.id, text="x").written_at = clock.now() - age
    session.flush()
    assert forget_notes(session) == 1
    assert len(session.scalars(select(StaffNote)).all()) == 1
