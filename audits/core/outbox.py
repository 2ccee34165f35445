"""The transactional outbox: jobs that a transaction adds and a worker runs after the commit.

Delivery is at least once, so handlers must be idempotent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, column, or_, select, table
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.db import Base, Id
from audits.core.errors import NotFoundError
from audits.core.statements import one_page

Handler = Callable[[Session, Mapping[str, Any]], None]

ATTEMPTS = 6
BACKOFF = timedelta(seconds=20)
LONGEST = BACKOFF * 2**ATTEMPTS
PAGE_SIZE = 50  # of failed items
OUTWARD = frozenset({"webhook.call"})
"""Kinds that wait for machines of others. The queue never hears of them: a lane of their own runs them, so that who
answers slowly holds up no other work."""


class OutboxItem(Base):
    """One job. `failed_at` is set when the last attempt failed; somebody must then look at it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "due_at", postgresql_where="done_at IS NULL AND failed_at IS NULL"),
        Index("ix_outbox_failed", "failed_at", postgresql_where="failed_at IS NOT NULL"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    request_id: Mapped[str | None]  # the request that enqueued it, for the logs
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


def enqueue(session: Session, kind: str, **payload: Any) -> None:
    """Add a job; it exists if and only if this transaction commits.

    It carries the id of the request that `session.info["request_id"]` names, and so do the jobs that it adds itself.
    """
    now = clock.now()
    request_id = session.info.get("request_id")
    item = OutboxItem(id=uuid4(), kind=kind, payload=payload, request_id=request_id, created_at=now, due_at=now)
    session.add(item)
    _hand_over(session, item)


def announce(session: Session, item_id: UUID) -> None:
    """Have the queue notified, after the commit, of a job that a function of the database adds."""
    session.info.setdefault("enqueued", []).append(item_id)


def take_enqueued(session: Session) -> list[UUID]:
    """Return the items added since the last call, so that the queue can be notified after the commit."""
    enqueued: list[UUID] = session.info.pop("enqueued", [])
    return enqueued


def origin_of(session: Session, item_id: UUID) -> dict[str, str]:
    """Return kind and request of an item, for the log; nothing of an item that does not exist."""
    row = session.execute(select(OutboxItem.kind, OutboxItem.request_id).where(OutboxItem.id == item_id)).one_or_none()
    return {"kind": row.kind} | ({"request_id": row.request_id} if row.request_id else {}) if row else {}


def deliver(session: Session, item_id: UUID, handlers: Mapping[str, Handler]) -> bool:
    """Run one item; return False if it is done, given up, or locked by another worker.

    The handler gets the payload with `item_id` added, so that it can tell a repeated delivery from a new job.
    """
    item = session.scalar(
        select(OutboxItem)
        .where(OutboxItem.id == item_id, OutboxItem.done_at.is_(None), OutboxItem.failed_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    if item is None:
        return False
    session.info["request_id"] = item.request_id
    handlers[item.kind](session, item.payload | {"item_id": str(item.id)})
    item.done_at = clock.now()
    return True


def fail(session: Session, item_id: UUID, error: str, *, final: bool = False) -> None:
    """Record a failed attempt, in a transaction of its own; after the last or a final failure the item is given up."""
    item = session.get_one(OutboxItem, item_id, with_for_update=True)
    item.attempts += 1
    item.last_error = error[:500]
    item.due_at = clock.now() + BACKOFF * 2**item.attempts
    if final or item.attempts >= ATTEMPTS:
        item.failed_at = clock.now()


def retry(session: Session, item_id: UUID) -> None:
    """Reset a failed item so that it runs again; NotFoundError if no item with this id has failed."""
    item = session.get(OutboxItem, item_id, with_for_update=True)
    if item is None or item.failed_at is None:
        raise NotFoundError("This job has not failed, or was tried again already.")
    item.attempts, item.failed_at, item.due_at = 0, None, clock.now()
    _hand_over(session, item)


def overdue(session: Session, older_than: timedelta) -> list[UUID]:
    """Return the items that should have run `older_than` ago, oldest first: lost notifications and due retries.

    One that waits longer than any item may was added or failed before the clock was put back.
    """
    now = clock.now()
    is_due = or_(OutboxItem.due_at < now - older_than, OutboxItem.due_at > now + LONGEST)
    return list(
        session.scalars(
            select(OutboxItem.id)
            .where(OutboxItem.done_at.is_(None), OutboxItem.failed_at.is_(None), is_due)
            .where(OutboxItem.kind.not_in(OUTWARD))
            .order_by(OutboxItem.due_at)
            .limit(500)
        )
    )


def due_outward(session: Session, limit: int = 500) -> list[tuple[UUID, Mapping[str, Any]]]:
    """Return the items of the outward lane that are due, with what they carry, oldest first."""
    query = select(OutboxItem.id, OutboxItem.payload).where(
        OutboxItem.done_at.is_(None), OutboxItem.failed_at.is_(None)
    )
    query = query.where(OutboxItem.kind.in_(OUTWARD), OutboxItem.due_at <= clock.now())
    return [(item, payload) for item, payload in session.execute(query.order_by(OutboxItem.due_at).limit(limit))]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many jobs of each kind wait and were given up, and when the oldest that waits was added."""

    waiting: Mapping[str, int]
    failed: Mapping[str, int]
    oldest: datetime | None


_BACKLOG = table("outbox_backlog", column("kind"), column("waiting"), column("failed"), column("oldest"))


def backlog(session: Session) -> Backlog:
    """Count the jobs that are not done, through a view that needs no signed-in person."""
    rows = session.execute(select(_BACKLOG).order_by(_BACKLOG.c.kind)).all()
    return Backlog(
        waiting={row.kind: row.waiting for row in rows if row.waiting},
        failed={row.kind: row.failed for row in rows if row.failed},
        oldest=min((row.oldest for row in rows if row.oldest), default=None),
    )


def failed(session: Session, page: int = 1) -> list[OutboxItem]:
    """Return one page of the items that were given up, newest first, and one more if there is another page."""
    query = select(OutboxItem).where(OutboxItem.failed_at.is_not(None))
    query = query.order_by(OutboxItem.failed_at.desc(), OutboxItem.id)
    return list(session.scalars(one_page(query, page, PAGE_SIZE)))


def _hand_over(session: Session, item: OutboxItem) -> None:
    """Have the queue notified of a job, unless another lane looks for it."""
    if item.kind not in OUTWARD:
        announce(session, item.id)
