"""Periodic work of the worker: named, each in a transaction of its own, and never done twice by two workers."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.core import clock
from audits.core.db import Base
from certificates.ledger.caselog import append_head
from certificates.ledger.services import sign_checkpoint
from certificates.lifecycle.services import log_expired
from portal.signing import credentials, ledger, sealing
from portal.stores import database

AGAIN = timedelta(minutes=1)  # after a failure

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that is due every `period`. Doing it more often than needed changes nothing."""

    name: str
    period: timedelta
    work: Callable[[Session], Any]


class DueChore(Base):
    """When a chore must be done again; no row means now."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


def sign_head(session: Session) -> None:
    """Sign the log where it grew."""
    sign_checkpoint(session, ledger.origin(current_app.extensions["settings"]), sealing.ledger_key())


def renew_documents(session: Session) -> None:
    """Keep the proof of sealed documents alive."""
    from portal.work.archive import renew_due  # noqa: PLC0415 - a web process knows the chores, and needs no pyHanko for it

    renew_due(session)


# The first is the one that people wait for: an entry is under a checkpoint within seconds. What is daily is looked
# at every hour, so that it comes soon after midnight whenever the worker was started.
CHORES: tuple[Chore, ...] = (
    Chore("ledger.checkpoint", timedelta(seconds=5), sign_head),
    Chore("certificate.expired", timedelta(hours=1), log_expired),
    Chore("ledger.case_log", timedelta(hours=1), append_head),
    Chore("credentials.sign_lists", timedelta(hours=1), credentials.sign_lists),
    Chore("document.renew", timedelta(hours=1), renew_documents),
)


def run_due(app: Flask, chores: Sequence[Chore] = CHORES) -> list[str]:
    """Do what is due; the names of what was done. A failure is logged, tried again in a minute, and stops no other."""
    return [chore.name for chore in chores if _run(app, chore)]


def _run(app: Flask, chore: Chore) -> bool:
    try:
        with app.app_context(), database.write() as session:
            if not _mine(session, chore) or not _is_due(session, chore):
                return False
            chore.work(session)
            _next(session, chore, chore.period)
            return True
    except Exception:
        log.exception("the chore %s failed", chore.name)
    with app.app_context(), database.write() as session:
        _next(session, chore, min(chore.period, AGAIN))
    return False


def _mine(session: Session, chore: Chore) -> bool:
    """Take the chore for this transaction; False while another worker has it."""
    key = func.hashtextextended(f"chore {chore.name}", 0)
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))


def _is_due(session: Session, chore: Chore) -> bool:
    due_at = session.scalar(select(DueChore.due_at).where(DueChore.name == chore.name))
    return due_at is None or due_at <= clock.now()


def _next(session: Session, chore: Chore, wait: timedelta) -> None:
    row = insert(DueChore).values(name=chore.name, due_at=clock.now() + wait)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"due_at": row.excluded.due_at}))
