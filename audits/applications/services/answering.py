"""The agency's work on its application: start it, and answer requirements."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Update, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from audits.agencies.models import Agency
from audits.applications.asking import check_details
from audits.applications.earlier import answer_before, files_before
from audits.applications.events import AnswerSaved, ApplicationStarted
from audits.applications.models import Answer, Application
from audits.applications.queries import answers_of
from audits.applications.rules import Stand, Typed, check_answer, merged
from audits.applications.services.course import check_code, load_draft
from audits.applications.services.evidence import take_over_files
from audits.applications.workflow import APPLICATION_FLOW, OPEN_STATES
from audits.core import clock, events, numbering
from audits.core.access import Actor, Permission, authorise
from audits.core.db import table_of
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError, missing
from audits.core.events import Code
from audits.core.typed import tidy
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version, transition_from, version_for


def start_application(session: Session, actor: Actor) -> Application:
    """Begin an application of the actor's own agency; the scheme version of today applies until the decision."""
    authorise(actor, Permission.APPLICATION_EDIT)
    if actor.agency_id is None:
        raise NotAllowedError("You may not do this.")
    agency = session.get_one(Agency, actor.agency_id, with_for_update=True)
    running = select(Application.id).where(Application.agency_id == agency.id, Application.state.in_(OPEN_STATES))
    if session.scalar(running):
        raise _one_at_a_time()
    application = Application(
        id=uuid4(),
        reference=_reference(session),
        agency=agency,
        scheme_version=_version_for(session, agency.id),
        state=APPLICATION_FLOW.initial,
        created_at=clock.now(),
    )
    session.add(application)
    try:
        session.flush()
    except IntegrityError as refusal:  # a concurrent request started one: a unique index allows one open application
        raise _one_at_a_time() from refusal
    told = ApplicationStarted(scheme_version=application.scheme_version_id)
    events.record(session, told, subject_id=application.id, actor=actor, agency_id=agency.id)
    return application


def _version_for(session: Session, agency_id: UUID) -> SchemeVersion:
    """Return the scheme version of today; a renewal before its first day for renewals stays under that of the cycle."""
    today = clock.today()
    held = select(SchemeVersion).join(Application, Application.scheme_version_id == SchemeVersion.id)
    held_version = session.scalar(held.where(Application.id == func.holder_cycle(agency_id)))
    step = transition_from(session, held_version, today) if held_version else None
    return held_version if held_version and step and today < step.renewals_from else version_for(session, today)


def save_answer(
    session: Session,
    actor: Actor,
    application_id: UUID,
    code: str,
    *,
    value: str,
    explanation: str = "",
    version: int | None = None,
) -> Answer:
    """Save the answer to one requirement, whole or half.

    `version` is the row version that the person saw, 0 if there was no answer yet; None overwrites any version. Sending
    the same answer twice is no conflict.
    """
    kept, refused = save_answers(session, actor, application_id, {code: Typed(value, explanation, version)})
    if code in refused:
        raise refused[code]
    return kept[code]


def save_answers(
    session: Session, actor: Actor, application_id: UUID, typed: Mapping[str, Typed]
) -> tuple[dict[str, Answer], dict[str, RuleError | IllegalMoveError]]:
    """Save answers by requirement code; return what is stored now, and the reasons of those that were refused."""
    application = load_draft(session, actor, application_id)
    scheme = scheme_of_version(application.scheme_version)
    kept = answers_of(session, application_id, list(typed))
    refused: dict[str, RuleError | IllegalMoveError] = {}
    # One alone is saved with every key press; those of a chapter go to the database in one statement.
    alone = len(typed) == 1
    record = events.record_at_once if alone else events.record
    for code, each in typed.items():
        check_code(scheme, code)
        answer = kept.get(code) or _unsaved(application, code)
        try:
            told = _save(session, actor, application, answer, each, alone=alone)
        except (RuleError, IllegalMoveError) as reason:
            refused[code] = reason
        else:
            if told:
                # An answer has no id of its own; its events need a stable one for a question of an application.
                about = {"subject_id": uuid5(application.id, code), "agency_id": application.agency_id}
                record(session, told, actor=actor, **about)
        if answer in session:  # a new one is not if it was refused or says nothing
            kept[code] = answer
    session.flush()
    return kept, refused


def _save(
    session: Session, actor: Actor, application: Application, answer: Answer, typed: Typed, *, alone: bool
) -> AnswerSaved | None:
    """Store what was typed, and return the event about it; None if that is there already."""
    before, now = Stand(answer.value, answer.explanation, answer.details), _wanted(application, answer, typed)
    if now != before and typed.version not in {None, answer.version or 0}:
        both = merged(typed, now, before)
        if both is None:
            raise IllegalMoveError("Somebody changed this in the meantime. Reload the page and look again.")
        now = both
    if now == before:
        return None
    changes: dict[str, Any] = {"value": now.value, "explanation": now.explanation, "details": dict(now.details)}
    changes |= {"answered_by": actor.id, "answered_at": clock.now()}
    if alone and answer in session:
        _change(session, answer, changes)
    else:
        for name, value in changes.items():
            setattr(answer, name, value)
        session.add(answer)
    return AnswerSaved(
        code=Code(answer.requirement_code),
        explained=(now.explanation, now.details) != (before.explanation, before.details),
        value=[before.value, now.value] if now.value != before.value else None,
    )


def _change(session: Session, answer: Answer, changes: dict[str, Any]) -> None:
    """Change a stored answer in one statement, which a flush takes three times as long for."""
    values = changes | {"version": answer.version + 1}
    its = {"its_application": answer.application_id, "its_code": answer.requirement_code, "its_version": answer.version}
    if session.connection().execute(_changed(), values | its).rowcount != 1:
        raise StaleDataError(f"the answer {answer.application_id} {answer.requirement_code} is another one now")
    for name, value in values.items():
        set_committed_value(answer, name, value)


@cache
def _changed() -> Update:
    stored = table_of(Answer)
    here = (stored.c.application_id == bindparam("its_application"), stored.c.requirement_code == bindparam("its_code"))
    names = ("value", "explanation", "details", "answered_by", "answered_at", "version")
    changed = update(stored).where(*here, stored.c.version == bindparam("its_version"))
    return changed.values({name: bindparam(name) for name in names})


def _wanted(application: Application, answer: Answer, typed: Typed) -> Stand:
    """Return what is to be stored; the values of typed questions that were not asked stay."""
    scheme, explanation = scheme_of_version(application.scheme_version), tidy(typed.explanation)
    check_answer(scheme, typed.value, explanation)
    if typed.details is None:
        return Stand(typed.value, explanation, answer.details)
    check_details(scheme.requirement(answer.requirement_code).details, typed.details)
    for value in typed.details.values():
        check_answer(scheme, "", json.dumps(value, ensure_ascii=False))
    kept = {name: value for name, value in answer.details.items() if name not in typed.asked}
    return Stand(typed.value, explanation, {**kept, **typed.details})


def _unsaved(application: Application, code: str) -> Answer:
    return Answer(
        application_id=application.id,
        requirement_code=code,
        scheme_version_id=application.scheme_version_id,
        value="",
        explanation="",
        details={},
    )


def take_over(session: Session, actor: Actor, application_id: UUID, code: str) -> None:
    """Answer as in the last decided application, with its files, because somebody said that it still holds.

    An answer that is given already is left alone.
    """
    application = load_draft(session, actor, application_id)
    earlier = answer_before(session, application, code)
    if earlier is None:
        raise missing(Answer)
    said = answers_of(session, application_id, [code]).get(code)
    if said is None or not said.value:
        save_answer(session, actor, application_id, code, value=earlier.value, explanation=earlier.explanation)
    take_over_files(session, actor, application_id, code, [file.id for file in files_before(session, earlier)])


def _reference(session: Session) -> str:
    year = clock.today().year
    return f"A-{year}-{numbering.next_number(session, f'application-{year}'):05}"


def _one_at_a_time() -> RuleError:
    return RuleError("Your agency has an application that is not finished yet.")
