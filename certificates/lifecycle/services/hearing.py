"""Hear the holder of a certificate that one decider suspended at once. The caller commits."""

from typing import Any

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Role
from audits.core.notices import tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.people.queries import free_deciders
from certificates.lifecycle import notices
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.terms import answer_until


def begin_hearing(session: Session, actor: Actor, certificate: Certificate) -> None:
    """Start the term of the answer, and tell every other decider who may confirm or end the suspension."""
    last = answer_until(certificate.scheme_version, clock.today())
    about: dict[str, Any] = {"subject_id": certificate.id, "agency_id": certificate.agency_id}
    open_deadline(session, DeadlineKind.SUSPENSION_HEARING, due_on=last, owner_role=Role.DECIDER, **about)
    for person_id in free_deciders(session, certificate.agency_id):
        if person_id != actor.id:
            told = notices.SuspensionToReview(number=certificate.number, day=last)
            tell_person(session, person_id, told, subject_id=certificate.id)
