"""Reads of how the people of an agency share the questions of an application. The caller must have access to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, func, literal, null, select, union_all
from sqlalchemy.orm import Session, joinedload

from audits.applications.models import QuestionComment, QuestionTask
from audits.core.access import Permission
from audits.core.statements import built_once, rows
from audits.people.models import Person
from audits.people.queries import contacts_of


@dataclass(frozen=True, slots=True)
class Shared:
    """How questions are shared: the name of who has each, by requirement code, and how many comments each has."""

    names: Mapping[str, str]
    comments: Mapping[str, int]


def helpers_of(session: Session, agency_id: UUID) -> list[Person]:
    """Return the people of an agency who may fill in its application, sorted by name."""
    return [each for each in contacts_of(session, agency_id) if each.actor.has(Permission.APPLICATION_EDIT)]


def tasks_of(session: Session, application_id: UUID) -> dict[str, QuestionTask]:
    """Return who has which question, by requirement code, with those that were given back."""
    query = select(QuestionTask).where(QuestionTask.application_id == application_id)
    return {each.requirement_code: each for each in session.scalars(query)}


def codes_of(session: Session, application_id: UUID, person_id: UUID) -> frozenset[str]:
    """Return the codes of the questions that somebody has."""
    query = select(QuestionTask.requirement_code).where(QuestionTask.application_id == application_id)
    return frozenset(session.scalars(query.where(QuestionTask.person_id == person_id)))


def shared_of(session: Session, application_id: UUID) -> Shared:
    """Return how the questions of an application are shared, in one statement however many there are."""
    query, values = _shared(application_id)
    found: Sequence[Any] = rows(session, query, values).all()
    return Shared({code: name for code, name, _ in found if name}, {code: many for code, _, many in found if many})


def comments_on(session: Session, application_id: UUID, code: str) -> list[QuestionComment]:
    """Return what was said about a question, oldest first, with who said it."""
    query = select(QuestionComment).where(QuestionComment.application_id == application_id)
    query = query.where(QuestionComment.requirement_code == code).order_by(
        QuestionComment.written_at, QuestionComment.id
    )
    return list(session.scalars(query.options(joinedload(QuestionComment.author).lazyload(Person.role_rows))))


@built_once
def _shared(application_id: UUID) -> CompoundSelect[*tuple[Any, ...]]:
    """Select who has which question, and how many comments there are on each."""
    names = select(QuestionTask.requirement_code, Person.name, literal(0)).join(
        Person, Person.id == QuestionTask.person_id
    )
    names = names.where(QuestionTask.application_id == application_id)
    said = select(QuestionComment.requirement_code, null(), func.count()).group_by(QuestionComment.requirement_code)
    return union_all(names, said.where(QuestionComment.application_id == application_id))
