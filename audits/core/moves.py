"""Every move on a case is made here: load and lock, authorise, independence, version seen, state, event.

What else a move changes or promises is up to the service that asks for it, in the same transaction.
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
    """A row with a state, that knows who stands close enough to it."""

    __tablename__: str
    state: Any

    @property
    def id(self) -> UUID:
        """Its id."""
        ...

    @property
    def agency_id(self) -> UUID:
        """Whose case it is."""
        ...

    @property
    def version(self) -> int:
        """How often it was written."""
        ...

    def is_visible_to(self, actor: Actor) -> bool:
        """Whether this actor may come near it at all."""
        ...


Row = TypeVar("Row", bound=Movable)
Check = Callable[[Session, Actor, Row, Independence], None]


@dataclass(frozen=True, slots=True)
class Course(Generic[Row]):
    """How one kind of thing moves: its table, its flow, and how to ask whether a person is independent of it."""

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
    """Make one move of the flow, with its event. `subject` is an id, or a row that is locked already.

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
    """The row, locked until the transaction ends, for work that needs a permission and leaves the state as it is.

    `within` names the states in which the work is possible.
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
    """The row, locked until the transaction ends; NotFoundError if there is none."""
    row = session.get(kind, row_id, with_for_update=True)
    if row is None:
        raise missing(kind)
    return row
