"""What an agency says in the portal about a suspension at once: who may, until when, and that the decider weighs it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.events import history
from audits.decisions.basis import BasisMovedError, Part
from audits.decisions.queries import provisional_suspension
from certificates.lifecycle import services
from certificates.lifecycle.queries import basis_of, statements_of
from certificates.lifecycle.terms import answer_until, hear_until
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.people import make_person
from tests.kit.queued import mails
from tests.kit.scheme import SECOND, source


@pytest.fixture
def held(session):
    certificate = make_certificate(session)
    first = make_person(session, Role.DECIDER).actor
    services.suspend_certificate(session, first, certificate.id, reasons="x", provisional=True)
    session.flush()
    return certificate


@pytest.fixture
def owner(session, held):
    return make_person(session, Role.AGENCY_OWNER, held.agency)


def test_what_an_agency_says_is_kept_as_it_was_and_it_may_say_more(session, held, owner):
    services.say_in_hearing(session, owner.actor, words=" The passports are back. ")
    services.say_in_hearing(session, owner.actor, words="And the safe is gone.")
    said = statements_of(session, provisional_suspension(session, held.agency_id).id)
    assert [each.words for each in said] == ["The passports are back.", "And the safe is gone."]
    assert [each.said_by for each in said] == [owner.id, owner.id]
    assert [each.name for each in history(session, held.id)][-2:] == ["certificate.hear"] * 2


def test_whoever_may_answer_the_suspension_is_told_and_who_suspended_is_not(session, held, owner):
    second = make_person(session, Role.DECIDER)
    services.say_in_hearing(session, owner.actor, words="The passports are back.")
    told = mails(session, "holder_heard", held)
    assert str(second.id) in told
    assert str(provisional_suspension(session, held.agency_id).decider_id) not in told


def test_it_needs_words(session, owner):
    with pytest.raises(RuleError) as refusal:
        services.say_in_hearing(session, owner.actor, words=" ")
    assert refusal.value.field == "words"


@pytest.mark.parametrize("who", [Role.AGENCY_SIGNATORY, Role.DECIDER])
def test_who_answers_findings_for_the_agency_says_it_and_nobody_else(session, held, who):
    agency = held.agency if who is Role.AGENCY_SIGNATORY else None
    with pytest.raises(NotAllowedError):
        services.say_in_hearing(session, make_person(session, who, agency).actor, words="x")


def test_another_agency_says_nothing(session, held):
    other = make_person(session, Role.AGENCY_OWNER, make_certificate(session).agency)
    with pytest.raises(IllegalMoveError):
        services.say_in_hearing(session, other.actor, words="x")


def test_a_decider_who_did_not_read_it_decides_nothing(session, held, owner):
    second = make_person(session, Role.DECIDER).actor
    shown = basis_of(session, held).shown
    services.say_in_hearing(session, owner.actor, words="The passports are back.")
    with pytest.raises(BasisMovedError) as moved, session.begin_nested():
        services.lift_suspension(session, second, held.id, reasons="x", heard="x", shown=shown)
    assert moved.value.parts == (Part.CERTIFICATE,)
    services.lift_suspension(session, second, held.id, reasons="x", heard="It is back.")
    with pytest.raises(IllegalMoveError):  # nobody is heard about what was answered
        services.say_in_hearing(session, owner.actor, words="More.")


def test_the_database_hears_nobody_about_anything_else(session, held, owner):
    values = {"said": held.decision_id, "agency": held.agency_id, "person": owner.id, "now": clock.now()}
    statement = "INSERT INTO hearing_statement VALUES (gen_random_uuid(), :said, :agency, 'x', :person, :now)"
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(text(statement), values)
    assert refusal.value.orig.diag.constraint_name == "hearing_open"


def test_the_second_decider_answers_after_the_hearing_as_the_norm_says(session):
    older = make_scheme(session)
    newest = make_scheme(session, source(SECOND))
    today = clock.today()
    assert (hear_until(newest, today), answer_until(newest, today)) == (later(5), later(10))
    assert (hear_until(older, today), answer_until(older, today)) == (later(5), later(5))  # it names no such term


def later(days):
    return add_working_days(clock.today(), days)
