"""Hear the holder of a certificate that one decider suspended at once. The caller commits."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import RuleError
from audits.core.flow import moved_on
from audits.core.letters import check_printable
from audits.core.notices import Notice, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.decisions.queries import provisional_suspension
from audits.people.queries import free_deciders
from certificates.lifecycle import notices
from certificates.lifecycle.events import HolderHeard
from certificates.lifecycle.models import Certificate, HearingStatement
from certificates.lifecycle.terms import answer_until


def begin_hearing(session: Session, actor: Actor, certificate: Certificate) -> None:
    """Start the term of the answer, and tell every other decider who may confirm or end the suspension."""
    last = answer_until(certificate.scheme_version, clock.today())
    about: dict[str, Any] = {"subject_id": certificate.id, "agency_id": certificate.agency_id}
    open_deadline(session, DeadlineKind.SUSPENSION_HEARING, due_on=last, owner_role=Role.DECIDER, **about)
    _tell_others(session, certificate, actor.id, notices.SuspensionToReview(number=certificate.number, day=last))


def say_in_hearing(session: Session, actor: Actor, *, words: str) -> HearingStatement:
    """Say something about the suspension at once of the own certificate, until a second decider has answered.

    It may come again: all of it is kept, and the decider reads all of it. RuleError at `words` without any.
    """
    authorise(actor, Permission.FINDING_ANSWER)
    waiting = provisional_suspension(session, actor.agency_id) if actor.agency_id else None
    if waiting is None or waiting.certificate_id is None:
        raise moved_on()
    if not words.strip():
        raise RuleError("Write what you have to say.", "words")
    check_printable(words, "words")
    said = HearingStatement(
        id=uuid4(),
        decision_id=waiting.id,
        agency_id=waiting.agency_id,
        words=words.strip(),
        said_by=actor.id,
        said_at=clock.now(),
    )
    session.add(said)
    events.record(session, HolderHeard(), subject_id=waiting.certificate_id, actor=actor, agency_id=waiting.agency_id)
    session.flush()
    certificate = session.get_one(Certificate, waiting.certificate_id)
    last = answer_until(certificate.scheme_version, clock.day_of(waiting.decided_at))
    told = notices.HolderHeard(number=certificate.number, day=last)
    _tell_others(session, certificate, waiting.decider_id, told)
    return said


def _tell_others(session: Session, certificate: Certificate, suspended_by: UUID, told: Notice) -> None:
    """Tell every decider who may answer the suspension, which is not the one who suspended."""
    for person_id in free_deciders(session, certificate.agency_id):
        if person_id != suspended_by:
            tell_person(session, person_id, told, subject_id=certificate.id)
