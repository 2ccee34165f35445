"""Services for applications: permissions and states of each move, and its events and messages."""

from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from audits.applications import queries, services
from audits.applications.models import Application
from audits.applications.workflow import APPLICATION_FLOW, OPEN_STATES, ApplicationState
from audits.core import clock
from audits.core.access import GRANTS, Actor, Permission, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.people.models import Interest
from audits.schemes.queries import scheme_of_version
from tests.kit.applying import FILE, answer, submit
from tests.kit.factories import (
    answer_all,
    make_agency,
    make_application,
    make_person,
    make_scheme,
)
from tests.kit.queued import enqueued
from tests.kit.scheme import SECOND
from tests.kit.scheme import source as norm_text

S = ApplicationState


def verbs(session, actor, application, evidence):
    """Return every verb of an application, by the permission that it needs."""
    given = (session, actor, application.id)
    return {
        "save_answer": (Permission.APPLICATION_EDIT, lambda: answer(session, actor, application)),
        "add_evidence": (
            Permission.APPLICATION_EDIT,
            lambda: services.add_evidence(*given, "GOV-01", replace(FILE, sha256="b" * 64)),
        ),
        "remove_evidence": (
            Permission.APPLICATION_EDIT,
            lambda: services.remove_evidence(session, actor, evidence.id),
        ),
        "submit": (Permission.APPLICATION_SIGN, lambda: submit(session, actor, application)),
        "withdraw": (Permission.APPLICATION_SIGN, lambda: services.withdraw_application(*given)),
        "return": (
            Permission.APPLICATION_REVIEW,
            lambda: services.return_application(*given, reason="Incomplete."),
        ),
        "accept": (Permission.APPLICATION_REVIEW, lambda: services.accept_application(*given)),
        "refuse": (Permission.APPLICATION_REVIEW, lambda: services.refuse_application(*given, reason="No.")),
        "conclude": (Permission.DECISION_TAKE, lambda: services.conclude_application(*given)),
    }


@pytest.mark.parametrize("role", Role)
def test_every_role_does_exactly_what_it_may(session, agency, draft, evidence, role):
    """A verb that is allowed gets past the door: what stops it then is the state or a rule, never permission."""
    if role is Role.SYSTEM:
        actor = Actor(uuid4(), frozenset({role}))
    else:
        actor = make_person(session, role, agency if role.value.startswith("agency_") else None).actor
    for name, (permission, verb) in verbs(session, actor, draft, evidence).items():
        session.flush()
        if permission in GRANTS[role]:
            _past_the_door(session, verb)
        else:
            with pytest.raises(NotAllowedError):
                verb()
            assert not session.dirty, name


def _past_the_door(session: Session, verb) -> None:
    with session.begin_nested() as attempt:
        with suppress(IllegalMoveError, RuleError):
            verb()
        attempt.rollback()


@pytest.mark.parametrize("role", [Role.AGENCY_OWNER, Role.AGENCY_EDITOR, Role.AGENCY_SIGNATORY])
def test_people_of_another_agency_find_nothing(session, draft, evidence, role):
    stranger = make_person(session, role, make_agency(session)).actor
    for permission, verb in verbs(session, stranger, draft, evidence).values():
        with pytest.raises(NotFoundError if permission in GRANTS[role] else NotAllowedError):
            verb()


def test_starting_pins_the_norm_and_gives_a_reference(session, agency, owner):
    first = services.start_application(session, owner)
    assert first.scheme_version == make_scheme(session)
    year = clock.today().year
    assert first.reference == f"A-{year}-00001"
    assert [event.name for event in history(session, first.id)] == ["application.start"]
    second = services.start_application(session, make_person(session, Role.AGENCY_EDITOR, make_agency(session)).actor)
    assert second.reference == f"A-{year}-00002"


@pytest.mark.parametrize("state", S)
def test_an_agency_has_one_open_application(session, agency, signatory, owner, state):
    make_application(session, state=state, agency=agency, signatory=signatory)
    if state in OPEN_STATES:
        with pytest.raises(RuleError):
            services.start_application(session, owner)
        with pytest.raises(IntegrityError), session.begin_nested():
            make_application(session, agency=agency, signatory=signatory)
    else:
        assert services.start_application(session, owner).state is S.DRAFT


def test_staff_have_no_agency_to_start_for(session, agency):
    actor = Actor(uuid4(), frozenset({Role.AGENCY_OWNER}))
    with pytest.raises(NotAllowedError):
        services.start_application(session, actor)


def test_submitting_takes_every_answer_all_details_and_the_own_name(session, agency, signatory, owner, draft):
    with pytest.raises(RuleError, match="Still open: 65"), session.begin_nested():
        submit(session, owner, draft)
    answer_all(session, draft, signatory)
    with pytest.raises(RuleError) as refusal, session.begin_nested():
        submit(session, owner, draft, name="Somebody Else")
    assert refusal.value.field == "declared_name"
    agency.iban = ""
    session.flush()
    with pytest.raises(RuleError, match="details"), session.begin_nested():
        submit(session, owner, draft)
    agency.iban = "NL91ABNA0417164300"
    session.flush()
    done = submit(session, owner, draft, name=" noor DE wit")
    assert (done.state, done.declared_by, done.declared_name) == (S.SUBMITTED, signatory.id, "Noor de Wit")
    session.flush()
    [mail] = enqueued(session, "mail.agency")
    assert mail["template"] == "application_submitted"
    assert mail["reference"] == draft.reference
    assert enqueued(session, "register.refresh") == [{"agency_id": str(agency.id)}]


@pytest.mark.parametrize("housing", [True, False])
def test_who_offers_no_housing_is_not_asked_about_it(session, housing):
    agency = make_agency(session, own_housing=housing, housing_places=60 if housing else 0)
    person = make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], agency, name="Noor de Wit")
    draft = make_application(session, agency=agency, signatory=person, version=make_scheme(session, norm_text(SECOND)))
    shown = queries.self_assessment_of(session, draft)
    hidden = {f"HOU-0{number}" for number in range(1, 8)}
    assert hidden.isdisjoint(item.code for item in shown.requirements) is not housing
    assert shown.requirement("HOU-08").question["en"].startswith("Is the transport that you arrange")
    for item in shown.requirements:
        answer(session, person.actor, draft, item.code)
    assert submit(session, person.actor, draft).state is S.SUBMITTED


def test_an_answer_stays_to_be_seen_when_the_question_no_longer_applies(session):
    agency = make_agency(session)
    draft = make_application(session, agency=agency, answers=True, version=make_scheme(session, norm_text(SECOND)))
    agency.own_housing = False
    assert queries.self_assessment_of(session, draft).requirement("HOU-01")


def test_only_who_was_decided_on_before_is_asked_about_the_mark(session, agency, signatory):
    version = make_scheme(session, norm_text(SECOND))
    draft = make_application(session, agency=agency, signatory=signatory, version=version)
    codes = {item.code for item in queries.self_assessment_of(session, draft).requirements}
    assert "GOV-08" not in codes
    make_application(session, agency=agency, signatory=signatory, state=S.CONCLUDED, version=version)
    assert {item.code for item in queries.self_assessment_of(session, draft).requirements} == codes | {"GOV-08"}


def test_the_self_assessment_of_1_0_is_as_it_was_published(session, draft):
    assert queries.self_assessment_of(session, draft) is scheme_of_version(draft.scheme_version)


def test_a_scope_that_the_norm_does_not_know_is_not_complete(session, agency, signatory, owner, draft):
    answer_all(session, draft, signatory)
    agency.sectors = ["mining"]
    session.flush()
    with pytest.raises(RuleError, match="details"):
        submit(session, owner, draft)


@pytest.mark.parametrize("state", sorted(set(S) - {S.DRAFT}))
def test_what_left_the_hands_of_the_agency_cannot_be_changed(session, agency, signatory, owner, state):
    application = make_application(session, state=state, agency=agency, signatory=signatory)
    with pytest.raises(IllegalMoveError):
        answer(session, owner, application, value="nonconform", explanation="x")
    with pytest.raises(IllegalMoveError):
        services.add_evidence(session, owner, application.id, "GOV-01", FILE)


@pytest.mark.parametrize("name", ["return", "accept", "refuse"])
def test_a_review_moves_the_state_and_tells_the_agency(session, planner, submitted, name):
    verb = {
        "return": lambda: services.return_application(session, planner, submitted.id, reason=" Because. "),
        "accept": lambda: services.accept_application(session, planner, submitted.id, note=" Because. "),
        "refuse": lambda: services.refuse_application(session, planner, submitted.id, reason=" Because. "),
    }[name]
    verb()
    session.flush()
    assert submitted.state is APPLICATION_FLOW.moves[name].target
    assert submitted.review_note == "Because."
    [event] = history(session, submitted.id)
    assert event.told == {"before": "submitted", "after": submitted.state, "reason": "Because."}
    assert enqueued(session, "mail.agency")[0]["reason"] == "Because."


@pytest.mark.parametrize("verb", [services.return_application, services.refuse_application])
def test_who_sends_back_or_refuses_says_why(session, planner, submitted, verb):
    with pytest.raises(RuleError) as refusal:
        verb(session, planner, submitted.id, reason="  ")
    assert refusal.value.field == "note"


def test_who_declared_a_tie_does_not_review(session, planner, submitted):
    session.add(
        Interest(
            id=uuid4(), person_id=planner.id, agency_id=submitted.agency_id, nature="family", declared_at=clock.now()
        )
    )
    session.flush()
    with pytest.raises(NotAllowedError, match="interest"):
        services.accept_application(session, planner, submitted.id)


def test_a_returned_application_can_be_sent_again(session, signatory, owner, planner, submitted):
    services.return_application(session, planner, submitted.id, reason="More.")
    answer(session, owner, submitted, value="nonconform", explanation="We looked again.")
    assert submit(session, owner, submitted).review_note == ""


def test_staff_see_what_was_submitted_and_no_first_draft(session, agency, draft, planner, owner):
    other = make_application(session, state=S.SUBMITTED)
    assert queries.list_applications(session, planner) == [other]
    assert queries.list_applications(session, owner) == [draft]
    assert queries.list_applications(session, make_person(session, Role.ADMINISTRATOR).actor) == []
    with pytest.raises(NotFoundError):
        queries.get_application(session, planner, draft.id)
    with pytest.raises(NotFoundError):
        queries.get_application(session, owner, other.id)


def test_lists_can_be_narrowed_to_states_and_pages(session, planner):
    waiting = [make_application(session, state=S.SUBMITTED, answers=False) for _ in range(3)]
    make_application(session, state=S.ACCEPTED, answers=False)
    assert queries.list_applications(session, planner, {S.SUBMITTED}) == waiting
    assert queries.list_applications(session, planner, {S.SUBMITTED}, page=2) == []


def test_own_newest_application_is_found(session, agency, signatory, owner):
    assert queries.find_own(session, owner) is None
    make_application(session, state=S.REFUSED, agency=agency, signatory=signatory)
    newest = make_application(session, agency=agency, signatory=signatory)
    assert queries.find_own(session, owner) == newest


def test_two_people_cannot_start_two_applications_at_once(real_db):
    with Session(real_db) as session:
        make_scheme(session)
        owner = make_person(session, Role.AGENCY_OWNER, make_agency(session)).actor
        session.commit()
    with Session(real_db) as first, Session(real_db) as second:
        services.start_application(first, owner)
        second.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            services.start_application(second, owner)
        second.rollback()
        first.commit()
        with pytest.raises(RuleError):
            services.start_application(second, owner)


def test_an_answer_cannot_slip_in_behind_a_submission(real_db):
    with Session(real_db) as session:
        signatory = make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], make_agency(session))
        draft = make_application(session, agency=signatory.agency, signatory=signatory, answers=True)
        owner, name = signatory.actor, signatory.name
        session.commit()
        application_id = draft.id
    with Session(real_db) as first, Session(real_db) as second:
        services.submit_application(first, owner, application_id, declared_name=name)
        second.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            services.save_answer(second, owner, application_id, "GOV-01", value="nonconform", explanation="x")
        second.rollback()
        first.commit()
        with pytest.raises(IllegalMoveError):
            services.save_answer(second, owner, application_id, "GOV-01", value="nonconform", explanation="x")


def test_an_application_of_all_questions_is_answered_in_the_order_of_the_norm(session, draft, owner):
    scheme = scheme_of_version(draft.scheme_version)
    for item in scheme.requirements:
        answer(session, owner, draft, code=item.code)
    assert queries.answered_codes(session, draft) == {item.code for item in scheme.requirements}
    assert set(queries.answers_of(session, draft.id)) == {item.code for item in scheme.requirements}
    assert session.scalar(select(Application.version).where(Application.id == draft.id)) == 1


def test_no_answer_is_saved_by_a_draft_that_somebody_changed_after_it_was_read(session, draft, owner):
    session.flush()
    changed = "UPDATE application SET review_note = 'Seen.', version = version + 1 WHERE id = :id"
    session.execute(text(changed), {"id": draft.id})
    with pytest.raises(StaleDataError):
        services.save_answer(session, owner, draft.id, "GOV-01", value="conform")
