"""Letters about decisions and terms: each once, numbered, to be posted where nobody has an account."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotAllowedError, RuleError
from audits.core.events import Event
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.inspections.workflow import AuditState
from audits.people.queries import contacts_of
from audits.worklists.letters import Moment
from audits.worklists.services import work_off
from certificates.documents.models import Document
from certificates.documents.queries import sent_on
from certificates.letters.facts import term_letter_facts
from certificates.letters.models import Letter
from certificates.letters.queries import letters_to_come, list_letters, own_letters
from certificates.letters.services import note_posted, send_by_post, write_decision_letter, write_term_letter
from certificates.lifecycle.services import withdraw_certificate
from portal.work import handlers
from tests.kit.factories import make_agency, make_audit, make_certificate, make_person
from tests.kit.factories.certificates import BODY, make_grant
from tests.kit.queued import enqueued

K = DeadlineKind


def queued(session):
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "document.term_letter"))
    return [item.payload | {"item_id": str(item.id)} for item in items]


def mailed(session):
    return [each["number"] for each in enqueued(session, "mail.agency", "letter_written")]


def renewal(session, **person):
    """A certificate whose renewal begins, so that the clock has a letter written."""
    certificate = make_certificate(session)
    if person:
        make_person(session, Role.AGENCY_OWNER, certificate.agency, **person)
    begins, last = clock.today() + timedelta(days=9), certificate.valid_until
    about = {"subject_id": certificate.id, "agency_id": certificate.agency_id, "from_on": begins, "due_on": last}
    open_deadline(session, K.RENEWAL, **about, owner_role=Role.AGENCY_OWNER)
    session.flush()
    work_off(session, begins)
    payloads = [each for each in queued(session) if each["term"] == "renewal"]
    assert len(payloads) == 1
    return certificate, payloads[0]


def test_a_letter_about_a_term_is_written_numbered_and_mailed_once(session, printed):
    certificate, payload = renewal(session, language="en")
    for _ in range(2):
        handlers.term_letter(session, payload)
        session.flush()
    letter = session.scalars(select(Letter).where(Letter.kind == K.RENEWAL)).one()
    assert letter.number == f"L-{clock.today().year}-00001"
    document = session.scalars(select(Document).where(Document.subject_id == letter.id)).one()
    [(kind, facts)] = printed
    assert (document.kind, document.agency_id, document.snapshot) == (kind, certificate.agency_id, facts)
    assert kind == "term_letter"
    assert facts["items"] == [{"what": certificate.number, "day": None, "due_on": certificate.valid_until.isoformat()}]
    assert mailed(session) == [letter.number]


def test_what_was_done_meanwhile_gets_no_letter(session, printed):
    certificate, payload = renewal(session)
    withdraw_certificate(session, make_person(session, Role.DECIDER).actor, certificate.id, reasons="Given up.")
    session.flush()
    handlers.term_letter(session, payload)
    assert (printed, mailed(session), session.scalars(select(Letter)).all()) == ([], [], [])


def test_several_findings_are_one_letter_with_a_line_each_in_the_language_of_the_agency(session):
    broken = ("nonconform", "Not seen.")
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": broken, "PAY-01": broken})
    terms = select(Deadline.id).where(Deadline.kind == K.CORRECTIVE_ACTION, Deadline.agency_id == audit.agency_id)
    about = (K.CORRECTIVE_ACTION, Moment.REMIND, session.scalars(terms).all())
    said = term_letter_facts(session, audit.agency_id, *about, number="", body=BODY)
    assert sorted(item["what"].split()[0] for item in said["items"]) == ["CON-01", "PAY-01"]
    assert said["title"] == "The term for your repair is almost over"


def test_an_audit_that_the_agency_must_not_know_of_is_in_no_letter(session):
    for announced, lines in ((True, 1), (False, 0)):
        audit = make_audit(session, AuditState.IN_PROGRESS, announced=announced)
        [term] = session.scalars(select(Deadline).where(Deadline.subject_id == audit.id, Deadline.kind == K.REPORT))
        said = term_letter_facts(session, audit.agency_id, K.REPORT, Moment.LATE, [term.id], number="", body=BODY)
        assert len(said["items"] if said else []) == lines


def test_the_letter_of_a_decision_has_a_number_of_the_same_series(session, printed):
    decision = make_grant(session)
    handlers.decision_letter(session, {"decision_id": str(decision.id)})
    [letter] = session.scalars(select(Letter))
    [(_, facts)] = printed
    assert (letter.decision_id, facts["number"]) == (decision.id, letter.number)
    assert write_decision_letter(session, decision) is letter


class TestPost:
    def test_who_has_no_account_is_written_on_paper_and_the_term_of_an_appeal_waits_for_the_post(self, session):
        planner, decision = make_person(session, Role.PLANNER).actor, make_grant(session)
        for person in contacts_of(session, decision.agency_id):
            person.retired_at = clock.now()
        session.flush()
        letter = write_decision_letter(session, decision)
        assert (letter.only_post, letter.by_post, letter.posted_on) == (True, True, None)
        assert sent_on(session, decision.id) == clock.today()
        assert [each.letter.id for each in list_letters(session, planner, to_post=True)] == [letter.id]
        assert note_posted(session, planner, [letter.id, letter.id], clock.today()) == 1
        session.flush()
        assert list_letters(session, planner, to_post=True) == []
        assert (letter.posted_by, letter.posted_on) == (planner.id, clock.today())
        told = session.scalars(select(Event).where(Event.name == "letter.post")).one()
        assert told.told == {"number": letter.number, "posted_on": clock.today().isoformat()}

    def test_a_letter_is_posted_on_a_day_between_its_writing_and_today(self, session):
        planner, agency = make_person(session, Role.PLANNER).actor, make_agency(session)
        letter = write_term_letter(session, uuid4(), agency_id=agency.id, kind=K.DECISION, moment=Moment.LATE)
        for days, words in ((-1, "was written after that day"), (1, "still to come")):
            with pytest.raises(RuleError, match=words):
                note_posted(session, planner, [letter.id], clock.today() + timedelta(days=days))

    def test_what_went_through_the_portal_is_posted_too_if_somebody_wants_that(self, session):
        planner, agency = make_person(session, Role.PLANNER).actor, make_agency(session)
        owner = make_person(session, Role.AGENCY_OWNER, agency)
        letter = write_term_letter(session, uuid4(), agency_id=agency.id, kind=K.DECISION, moment=Moment.LATE)
        assert not letter.by_post
        assert [each.letter.id for each in own_letters(session, owner.actor)] == [letter.id]
        for _ in range(2):
            send_by_post(session, planner, letter.id)
        session.flush()
        assert len(session.scalars(select(Event).where(Event.name == "letter.by_post")).all()) == 1
        with pytest.raises(NotAllowedError):
            note_posted(session, make_person(session, Role.DECIDER).actor, [letter.id], clock.today())


def test_the_letters_of_the_week_ahead_are_known_before(session):
    planner, agency = make_person(session, Role.PLANNER).actor, make_agency(session)
    for kind, days in ((K.DECISION, 3), (K.CONDITION, 200), (K.LINK_REPORT, 3)):
        last = clock.today() + timedelta(days=days)
        about = {"subject_id": uuid4(), "agency_id": agency.id, "due_on": last, "owner_role": Role.DECIDER}
        open_deadline(session, kind, **about)
    session.flush()
    assert [(each.kind, each.moment) for each in letters_to_come(session, planner)] == [(K.DECISION, Moment.OPEN)]
    work_off(session, clock.today())
    session.expire_all()
    assert {(each.kind, each.moment) for each in letters_to_come(session, planner)} <= {(K.DECISION, Moment.LATE)}
