"""Letters on pages: the agency reads them, the office posts them, and a draft is read before anything is decided."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision
from audits.inspections.workflow import AuditState
from audits.worklists.letters import Moment
from certificates.letters.models import Letter
from certificates.letters.services import write_decision_letter, write_term_letter
from portal.doors.office import drafts
from tests.kit.factories import make_agency, make_audit, make_certificate, make_person
from tests.kit.factories.documents import known


@pytest.fixture
def printed(monkeypatch):
    """The facts of drafts that were printed."""
    facts = []

    def prepare(_, said, placeholder, **__):
        assert placeholder is None
        facts.append(said)
        return b"%PDF-1.7 draft"

    monkeypatch.setattr(drafts.printer, "prepare", prepare)
    return facts


def test_an_agency_reads_its_own_letters_and_no_others(enter, session):
    certificate = make_certificate(session)
    write_decision_letter(session, certificate.decision)
    known(session, certificate, b"letter", "decision_letter")
    other = write_term_letter(
        session, uuid4(), agency_id=make_agency(session).id, kind=DeadlineKind.RENEWAL, moment=Moment.BEGIN
    )
    page = enter(make_person(session, Role.AGENCY_OWNER, certificate.agency)).open("/agency/letters/")
    [mine] = session.scalars(select(Letter.number).where(Letter.agency_id == certificate.agency_id))
    assert f"{mine} (PDF)" in page.text
    assert other.number not in page.text


def test_the_office_prints_what_is_to_be_posted_and_notes_it(enter, session):
    letter = write_term_letter(
        session, uuid4(), agency_id=make_agency(session).id, kind=DeadlineKind.RENEWAL, moment=Moment.BEGIN
    )
    planner = enter(Role.PLANNER)
    assert "nobody there has an account" in planner.open("/office/letters/").text
    planner.follow("1 letter waits to be posted")
    assert planner.submit(status=422).errors == ["Choose the letters."]
    page = planner.submit(letters=str(letter.id))
    assert "1 letter noted as posted." in page.text
    session.refresh(letter)
    assert letter.posted_on == clock.today()


def test_the_letter_of_a_decision_is_read_before_and_nothing_is_decided(enter, session, printed):
    certificate = make_certificate(session)
    before = len(session.scalars(select(Decision)).all())
    decider = enter(Role.DECIDER)
    decider.open(f"/office/certificates/{certificate.id}/suspend")
    answer = decider.submit(button="Read the letter first (PDF)", reasons="The wages were not paid.").response
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert (printed[0]["kind"], printed[0]["number"]) == ("suspend", "")
    assert printed[0]["reasons"] == "The wages were not paid."
    session.expire_all()
    assert len(session.scalars(select(Decision)).all()) == before
    assert certificate.state == "active"


def test_the_draft_of_a_coming_letter_is_read_from_its_list(enter, session, printed):
    reviewer = enter(Role.REVIEWER)
    assert "The clock writes no letter" in reviewer.open("/office/letters/to-come").text
    audit = make_audit(session, AuditState.REVIEWED)
    reviewer.open("/office/letters/to-come")
    answer = reviewer.follow("Draft (PDF)").response
    assert answer.mimetype == "application/pdf"
    assert [item["what"] for item in printed[0]["items"]] == [audit.reference]
