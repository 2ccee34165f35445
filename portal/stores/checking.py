"""Check stored files against their hashes, and delete files that no row names, and those of extracts past their term.

A file that is missing or changed is recorded until a later check finds it whole. While the store does not answer,
nothing is recorded.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Select, and_, delete, func, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from audits.applications.models import Evidence
from audits.changes.models import AgencyChangeFile
from audits.conditions.models import ConditionFile
from audits.core import clock
from audits.core.db import Base, one_of, stored
from audits.inspections.models import CellFile
from certificates.documents.models import Document, DocumentStamp
from certificates.documents.stages import DocumentKind
from portal.settings import current_settings
from portal.stores import files
from portal.stores.files import PARTS, FileChangedError, FileLostError, StorageDownError, Store

AGAIN = timedelta(days=30)  # between two checks of a whole file
SOON = timedelta(hours=1)  # between two checks of a file that was not whole
MOST_FILES, MOST_BYTES = 300, 128 * 1024 * 1024  # in one run
LEFT_OVER = timedelta(days=7)  # far longer than any transaction
PART_PERIOD = timedelta(minutes=5)  # one part of the store per run: all 256 parts in less than a day
_SURE = 10  # whole files per file in trouble; with fewer, this may be the store of another database

log = logging.getLogger(__name__)


class FileState(StrEnum):
    """Result of the last check."""

    WHOLE = "whole"
    LOST = "lost"
    CHANGED = "changed"


class FileCheck(Base):
    """The last check of a stored file; a file that was never checked has no row."""

    __tablename__ = "file_check"
    __table_args__ = (
        one_of("state", FileState),
        Index("ix_file_check_checked_at", "checked_at"),
        Index("ix_file_check_trouble", "sha256", postgresql_where="state <> 'whole'"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[FileState] = mapped_column(stored(FileState))
    checked_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that is lost or changed, named without its content."""

    sha256: str
    state: FileState
    kind: str
    name: str
    checked_at: datetime


# A function, because the pages of an administrator show no cases and may not read their tables.
NAMES = text("SELECT sha256, kind, name FROM files_in_trouble()")
# Every column that names a stored file. A test fails for a column that is missing here.
NAMING = (
    *(Document.sha256, DocumentStamp.sha256, Evidence.sha256, AgencyChangeFile.sha256, ConditionFile.sha256),
    *(CellFile.sha256, CellFile.printed_sha256),
)


def check_files(session: Session) -> int:
    """Read files that were not checked for a month and compare them with their hashes; return how many were read."""
    store, read, count = files.store(), 0, 0
    for sha256 in _due(session):
        try:
            state, size = _look(store, sha256)
        except StorageDownError as error:
            log.warning("the store does not answer, and its files are not judged: %s", error)
            break
        if state is FileState.WHOLE or _named(session, [sha256]):
            _note(session, sha256, state)
        else:
            _drop(session, sha256)  # nobody misses it
        count, read = count + 1, read + size
        if read >= MOST_BYTES:
            break
    return count


def collect_files(session: Session) -> int:
    """Delete files of one part of the store that are not kept, such as those of refused transactions.

    Files younger than `LEFT_OVER` and files that a running transaction stores are kept. Nothing is deleted while many
    files of this database are missing, because the store may belong to another one. Return how many were deleted.
    """
    if not _is_ours(session):
        return 0
    now, store = clock.now(), files.store()
    part = PARTS[int(now.timestamp() / PART_PERIOD.total_seconds()) % len(PARTS)]
    try:
        store.tidy(now - LEFT_OVER)
        old = store.written_before(part, now - LEFT_OVER)
        unnamed = sorted(set(old) - _named(session, old))
        return sum(_remove(session, store, sha256) for sha256 in unnamed[:MOST_FILES])
    except StorageDownError as error:
        log.warning("the store does not answer, and nothing was removed: %s", error)
        return 0


def troubles(session: Session) -> list[Trouble]:
    """Return the files that the last check did not find whole, by address."""
    found = session.scalars(
        select(FileCheck).where(FileCheck.state != FileState.WHOLE).order_by(FileCheck.sha256)
    ).all()
    rows = session.execute(NAMES) if found else ()
    names = {sha256: (kind, name) for sha256, kind, name in rows}
    return [Trouble(each.sha256, each.state, *names.get(each.sha256, ("", "")), each.checked_at) for each in found]


def named(session: Session) -> set[str]:
    """Return the addresses of all files that are kept."""
    return {address for kept in _kept().values() for address in session.scalars(kept)}


def note_lost(session: Session, addresses: Iterable[str]) -> None:
    """Record files that the store does not have, without waiting for their turn to be checked."""
    for sha256 in addresses:
        _note(session, sha256, FileState.LOST)


def _due(session: Session) -> list[str]:
    """Return what to check now: files in trouble, files never checked, and files not checked for long."""
    now, known = clock.now(), select(FileCheck.sha256)
    doubted = known.where(FileCheck.state != FileState.WHOLE, FileCheck.checked_at < now - SOON)
    old = known.where(FileCheck.checked_at < now - AGAIN).order_by(FileCheck.checked_at)
    new = [kept.where(~known.where(FileCheck.sha256 == column).exists()) for column, kept in _kept().items()]
    limits = {doubted: MOST_FILES // 3, **dict.fromkeys((*new, old), MOST_FILES)}
    found = [each for query, limit in limits.items() for each in session.scalars(query.limit(limit))]
    return list(dict.fromkeys(found))[:MOST_FILES]


def _look(store: Store, sha256: str) -> tuple[FileState, int]:
    """Return state and size of a file; StorageDownError if the store does not answer."""
    try:
        return FileState.WHOLE, len(store.get(sha256))
    except FileChangedError:
        return FileState.CHANGED, 0
    except FileLostError:
        return FileState.LOST, 0


def _note(session: Session, sha256: str, state: FileState) -> None:
    if state is not FileState.WHOLE:
        log.error("a file of the store is %s: %s", state.value, sha256)
    row = insert(FileCheck).values(sha256=sha256, state=state, checked_at=clock.now())
    seen = {"state": row.excluded.state, "checked_at": row.excluded.checked_at}
    session.execute(row.on_conflict_do_update(index_elements=["sha256"], set_=seen))


def _named(session: Session, addresses: Sequence[str]) -> set[str]:
    """Return those of the addresses that a committed row names."""
    return {each for column, kept in _kept().items() for each in session.scalars(kept.where(column.in_(addresses)))}


def _kept() -> dict[InstrumentedAttribute[Any], Select[Any]]:
    """Select the files that are kept, by the column that names them: all but those of extracts past their term."""
    term = timedelta(days=current_settings().extract_days)
    forgotten = and_(Document.kind == DocumentKind.REGISTER_EXTRACT, Document.created_at < clock.now() - term)
    kept = {column: ~forgotten if column is Document.sha256 else true() for column in NAMING}
    return {column: select(column).where(column.is_not(None), condition) for column, condition in kept.items()}


def _remove(session: Session, store: Store, sha256: str) -> bool:
    """Delete a file that no row names, unless a running transaction stores it; return whether it was deleted."""
    if not files.try_claim(session, sha256) or _named(session, [sha256]):
        return False
    store.remove(sha256)
    _drop(session, sha256)
    log.info("removed from the store, as nothing names it: %s", sha256)
    return True


def _drop(session: Session, sha256: str) -> None:
    """Delete the record of a file that was checked while it was kept: an extract past its term."""
    session.execute(delete(FileCheck).where(FileCheck.sha256 == sha256))


def _is_ours(session: Session) -> bool:
    """Return whether the store holds what this database names, according to the checks so far.

    Otherwise an empty or a wrong database would delete the files of another one.
    """
    counted = select(FileCheck.state, func.count()).group_by(FileCheck.state)
    counts = {row[0]: row[1] for row in session.execute(counted)}
    whole = counts.pop(FileState.WHOLE, 0)
    return bool(whole and whole >= _SURE * sum(counts.values()))
