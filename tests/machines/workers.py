"""What workers do in a life: deliver, twice at once too, or end before the commit."""

from contextlib import suppress
from typing import Any
from unittest.mock import patch
from uuid import UUID

from flask import Flask
from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from audits.core.outbox import OutboxItem
from portal.stores import database
from portal.work import jobs
from portal.work.handlers import HANDLERS

MOST_ROUNDS = 10  # of work that follows from work, which takes four; what is left then is for the invariants to find


class LostError(BaseException):
    """The worker was killed. Not an Exception, so that no code counts the attempt."""


class Workers:
    """The work of the outbox, item by item."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def deliver(self, item: UUID) -> bool:
        """Deliver one item of the outbox, as the queue does; False if there was nothing to do."""
        with self.app.app_context():
            return jobs.deliver(str(item))

    def lose(self, item: UUID, error: type[BaseException]) -> None:
        """Deliver an item, but end before the commit."""

        def dying(name: str) -> outbox.Handler:
            def handler(session: Session, payload: Any) -> None:
                kept[name](session, payload)
                session.flush()
                raise error("made up")

            return handler

        kept = dict(HANDLERS)
        with patch.dict(HANDLERS, {name: dying(name) for name in kept}), suppress(LostError):
            self.deliver(item)

    def deliver_twice_at_once(self, item: UUID) -> None:
        """Deliver an item that another worker is delivering at the same moment."""
        with self.app.app_context(), database.write() as session:
            mine = outbox.deliver(session, item, HANDLERS)
            session.flush()
            assert not self.deliver(item)
        assert mine

    def enqueue_again(self, which: int) -> None:
        """Enqueue an item that was done once more, as two people do who press the same button.

        No person enqueues a letter of the clock: whether that is enqueued once is an invariant.
        """
        kinds = OutboxItem.kind.not_like("mail%"), OutboxItem.kind != "document.term_letter"
        kept = select(OutboxItem).where(OutboxItem.done_at.is_not(None), *kinds)
        with self.app.app_context(), database.write() as session:
            if item := session.scalar(kept.order_by(OutboxItem.created_at.desc()).offset(which).limit(1)):
                outbox.enqueue(session, item.kind, **item.payload)

    def deliver_all(self) -> None:
        """Deliver everything that waits, and what follows from it; drop mails, from which nothing follows."""
        letters = update(OutboxItem).where(OutboxItem.kind.like("mail%"), OutboxItem.done_at.is_(None))
        for _ in range(MOST_ROUNDS):
            waiting = self.waiting(letters.values(done_at=clock.now()))
            if not waiting:
                return
            for item in waiting:
                self.deliver(item)

    def waiting(self, *first: Update) -> list[UUID]:
        """Return the items that are not done yet, oldest first; those that were given up are retried."""
        with self.app.app_context(), database.write() as session:
            for each in first:
                session.execute(each)
            for item in outbox.failed(session):
                outbox.retry(session, item.id)
            query = select(OutboxItem.id).where(OutboxItem.done_at.is_(None))
            return list(session.scalars(query.order_by(OutboxItem.created_at)))
