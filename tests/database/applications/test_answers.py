"""Answers and evidence of an application."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audits.applications import queries, services
from audits.applications.models import Answer, Evidence
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import Event, history
from audits.inspections.evidence import get_evidence
from audits.inspections.workflow import AuditState
from tests.kit.applying import FILE, answer, submit
from tests.kit.factories import (
    make_agency,
    make_application,
    make_person,
)
from tests.kit.factories.inspections import make_audit


def test_an_answer_is_stored_with_who_and_when_and_changes_with_a_trace(session, draft, owner):
    saved = answer(session, owner, draft, value="nonconform", explanation=" Not yet.\r\nSoon. ", version=0)
    assert (saved.value, saved.explanation, saved.answered_by) == ("nonconform", "Not yet.\nSoon.", owner.id)
    answer(session, owner, draft, value="conform", version=saved.version)
    trail = session.scalars(select(Event).where(Event.name == "answer.save").order_by(Event.id)).all()
    assert len({event.subject_id for event in trail}) == 1
    assert trail[1].told == {"code": "GOV-01", "value": ["nonconform", "conform"], "explained": True}


def test_the_same_answer_again_is_no_change(session, draft, owner):
    first = answer(session, owner, draft, version=0)
    assert answer(session, owner, draft, version=0) is first
    assert first.version == 1


def test_an_answer_over_a_newer_one_is_refused(session, draft, owner):
    answer(session, owner, draft, version=0)
    with pytest.raises(IllegalMoveError):
        answer(session, owner, draft, value="not_applicable", explanation="No.", version=0)
    assert answer(session, owner, draft, value="not_applicable", explanation="No.").value == "not_applicable"


@pytest.mark.parametrize("value", ["not_assessed", "yes"])
def test_only_answers_of_the_norm_are_taken(session, draft, owner, value):
    with pytest.raises(RuleError):
        answer(session, owner, draft, value=value, explanation="x")


def test_a_question_outside_the_norm_does_not_exist(session, draft, owner):
    with pytest.raises(NotFoundError):
        answer(session, owner, draft, code="XXX-01")
    with pytest.raises(NotFoundError):
        services.add_evidence(session, owner, draft.id, "XXX-01", FILE)
    stray = Answer(
        application_id=draft.id,
        requirement_code="XXX-01",
        scheme_version_id=draft.scheme_version_id,
        value="conform",
        answered_by=owner.id,
        answered_at=clock.now(),
    )
    session.add(stray)
    with pytest.raises(IntegrityError, match="requirement"):
        session.flush()


def test_the_same_file_joins_a_question_once(session, draft, owner, evidence):
    assert services.add_evidence(session, owner, draft.id, "GOV-01", FILE) is evidence
    other = services.add_evidence(session, owner, draft.id, "GOV-02", FILE)
    assert other is not evidence
    assert {code: len(files) for code, files in queries.evidence_of(session, draft.id).items()} == {
        "GOV-01": 1,
        "GOV-02": 1,
    }


def test_a_question_takes_thirty_files(session, draft, owner):
    for number in range(30):
        services.add_evidence(session, owner, draft.id, "GOV-01", replace(FILE, sha256=f"{number:064}"))
    with pytest.raises(RuleError) as refusal:
        services.add_evidence(session, owner, draft.id, "GOV-01", FILE)
    assert refusal.value.field == "files"


def test_a_removed_file_is_gone_for_readers_and_stays_in_the_trail(session, draft, owner, evidence):
    for _ in range(2):
        services.remove_evidence(session, owner, evidence.id)
    assert queries.evidence_of(session, draft.id) == {}
    with pytest.raises(NotFoundError):
        get_evidence(session, owner, evidence.id)
    assert [event.name for event in history(session, evidence.id)] == ["evidence.add", "evidence.remove"]
    assert session.get(Evidence, evidence.id) is not None


def test_a_name_with_a_citizen_number_is_refused(session, draft, owner):
    with pytest.raises(RuleError, match="BSN"):
        services.add_evidence(session, owner, draft.id, "GOV-01", replace(FILE, filename="111222333.pdf"))


def test_a_file_opens_for_those_whom_the_case_concerns(session, agency, signatory, owner):
    inspector, colleague = (make_person(session, Role.INSPECTOR) for _ in range(2))
    application = make_application(session, agency=agency, signatory=signatory, answers=True)
    file = services.add_evidence(session, owner, application.id, "GOV-01", FILE)
    planner = make_person(session, Role.PLANNER)
    for stranger in (inspector, planner):
        with pytest.raises(NotFoundError):
            get_evidence(session, stranger.actor, file.id)
    submit(session, owner, application)
    services.accept_application(session, planner.actor, application.id)
    make_audit(session, AuditState.PLANNED, application=application, inspector=inspector, planner=planner)
    for reader in (signatory, planner, inspector):
        assert get_evidence(session, reader.actor, file.id) is file
    for stranger in (colleague, make_person(session, Role.ADMINISTRATOR)):
        with pytest.raises(NotFoundError):
            get_evidence(session, stranger.actor, file.id)
    with pytest.raises(NotFoundError):
        get_evidence(session, make_person(session, Role.AGENCY_OWNER, make_agency(session)).actor, file.id)
