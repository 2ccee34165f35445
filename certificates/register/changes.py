"""What changed in the register, in the order of the public log: for feeds."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from certificates.ledger.entries import EntryType
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle.models import Certificate
from certificates.register.models import RegisterEntry

MOST = 1000


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """An entry of the log about a certificate, with its holder; `position` is its index in the log."""

    position: int
    type: str
    number: str
    status: str
    at: datetime
    public_id: str
    legal_name: str


def since(session: Session, position: int, limit: int = MOST) -> list[LoggedChange]:
    """Return the changes behind a position, oldest first; -1 is before the first."""
    query = _changes().where(LedgerEntry.index > position).order_by(LedgerEntry.index).limit(limit)
    return [_change(row) for row in session.execute(query)]


def newest(
    session: Session, public_ids: Collection[str] | None, limit: int = 100, *, after: int = -1
) -> list[LoggedChange]:
    """Return the latest changes behind a position, newest first: of these agencies; with None of all."""
    query = _changes().where(LedgerEntry.index > after).order_by(LedgerEntry.index.desc()).limit(limit)
    if public_ids is not None:
        query = query.where(RegisterEntry.public_id.in_(public_ids))
    return [_change(row) for row in session.execute(query)]


def last_position(session: Session) -> int:
    """Return the position of the newest entry of the log; -1 while it is empty."""
    last = session.scalar(select(func.max(LedgerEntry.index)))
    return -1 if last is None else last


def _changes() -> "Select[int, EntryType, str | None, bytes, str, str]":
    columns = (LedgerEntry.index, LedgerEntry.type, LedgerEntry.number, LedgerEntry.data)
    query = select(*columns, RegisterEntry.public_id, RegisterEntry.legal_name)
    query = query.join(Certificate, Certificate.number == LedgerEntry.number)
    query = query.join(RegisterEntry, RegisterEntry.agency_id == Certificate.agency_id)
    return query.where(LedgerEntry.type != EntryType.CASE_LOG)


def _change(row: "Row[int, EntryType, str | None, bytes, str, str]") -> LoggedChange:
    position, kind, number, data, public_id, name = row
    said = json.loads(data)
    at = datetime.fromisoformat(said["time"])
    return LoggedChange(position, kind.value, number or "", said["status"], at, public_id, name)
