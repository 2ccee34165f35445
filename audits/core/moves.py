"""Execute moves on a case: load and lock, authorise, check independence and version, change state, record event.

Services add their own changes, messages and jobs in the same transaction.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import events
from audits.core.access import Actor, Permission, authorise
from audits.core.db import seen
from audits.core.errors import missing
from audits.core.events import Moved
from audits.core.flow import Flow, Independence, moved_on


class Movable(Protocol):
    """A row with a state, whose visibility depends on the actor."""

    __tablename__: str
    state: Any

    @property
    def id(self) -> UUID:
        """Return its id."""
        ...

    @property
    def agency_id(self) -> UUID:
        """Return the id of the agency that it belongs to."""
        ...

    @property
    def version(self) -> int:
        """Return the number of times the row was written."""
        ...

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor may see it."""
        ...


Row = TypeVar("Row", bound=Movable)
Check = Callable[[Session, Actor, Row, Independence], None]


@dataclass(frozen=True, slots=True)
class Course(Generic[Row]):
    """What moves need to know of one aggregate: its table, its flow, and its check of independence."""

    kind: type[Row]
    flow: Flow[Any]
    check: Check[Row]


def make(
    session: Session,
    course: Course[Row],
    actor: Actor,
    subject: UUID | Row,
    move: type[Moved],
    *,
    reason: str = "",
    version: int | None = None,
) -> Row:
    """Make one move of the flow and record its event. `subject` is an id, or a row that is locked already.

    `version` is the row version that the person saw. Raises NotAllowedError without the permission or independence
    that the move asks, NotFoundError where the actor may not see it, IllegalMoveError in another state or version.
    """
    name = move.verb()
    step = course.flow.moves[name]
    row = hold(session, course, actor, subject, step.permission, asks=step.asks)
    seen(row, version)
    before: StrEnum = row.state
    row.state = course.flow.target(before, name)
    told = move.of(row, before, row.state, reason)
    events.record(session, told, subject_id=row.id, actor=actor, agency_id=row.agency_id)
    return row


def hold(
    session: Session,
    course: Course[Row],
    actor: Actor,
    subject: UUID | Row,
    permission: Permission,
    *,
    asks: Independence = Independence.NOTHING,
    within: Collection[StrEnum] | None = None,
) -> Row:
    """Return the row, locked until the transaction ends, for a change that keeps the state.

    The actor needs the permission and the independence `asks`; `within` lists the states that allow the change.
    """
    authorise(actor, permission)
    row = load(session, course.kind, subject) if isinstance(subject, UUID) else subject
    if not row.is_visible_to(actor):
        raise missing(course.kind)
    course.check(session, actor, row, asks)
    if within is not None and row.state not in within:
        raise moved_on()
    return row


def load(session: Session, kind: type[Row], row_id: UUID) -> Row:
    """Return the row, locked until the transaction ends; NotFoundError if there is none."""
    row = session.get(kind, row_id, with_for_update=True)
    if row is None:
        raise missing(kind)
    return row
