"""Looking after the store: every file that the database names is read from time to time, and no other stays.

A file that the store does not have, or gives back changed, is noted until a later look finds it whole. A store that
does not answer says nothing about its files, and nothing is noted.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CompoundSelect, Index, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from audits.applications.models import Application, Evidence
from audits.core import clock
from audits.core.db import Base, one_of, stored
from certificates.documents.models import Document, DocumentStamp
from portal.stores import files
from portal.stores.files import PARTS, FileChangedError, FileLostError, StorageDownError, Store

AGAIN = timedelta(days=30)  # after which a whole file is looked at again
SOON = timedelta(hours=1)  # and one that was not whole
MOST_FILES, MOST_BYTES = 300, 128 * 1024 * 1024  # in one run
LEFT_OVER = timedelta(days=7)  # far longer than any transaction
PART_PERIOD = timedelta(minutes=5)  # one part of the store each time: all in less than a day
_SURE = 10  # so many whole files for each other one, or this may be the store of another database

log = logging.getLogger(__name__)


class FileState(StrEnum):
    """What the last look found."""

    WHOLE = "whole"
    LOST = "lost"
    CHANGED = "changed"


class FileCheck(Base):
    """The last look at a file of the store; one that was never looked at has no row."""

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
    """A file that is not whole: of what kind and which one, without any content, and when we looked last."""

    sha256: str
    state: FileState
    kind: str
    name: str
    checked_at: datetime


# Every column that names a file of the store. A house test finds those that are missing here.
NAMING = (Document.sha256, DocumentStamp.sha256, Evidence.sha256)


def check_files(session: Session) -> int:
    """Read files that were not read for a month and compare them with their hashes; how many were read."""
    store, read, count = files.store(), 0, 0
    for sha256 in _due(session):
        try:
            state, size = _look(store, sha256)
        except StorageDownError as error:
            log.warning("the store does not answer, and its files are not judged: %s", error)
            break
        _note(session, sha256, state)
        count, read = count + 1, read + size
        if read >= MOST_BYTES:
            break
    return count


def collect_files(session: Session) -> int:
    """Remove files of one part of the store that no row names, such as those of transactions that were refused.

    Only old ones, and none that a transaction puts at this moment. None at all while the store may belong to another
    database, as it lacks much of what this one names. How many were removed.
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
    """The files that the last look did not find whole, by address."""
    found = session.scalars(
        select(FileCheck).where(FileCheck.state != FileState.WHOLE).order_by(FileCheck.sha256)
    ).all()
    rows = session.execute(_names([each.sha256 for each in found])) if found else ()
    names = {sha256: (kind, name) for sha256, kind, name in rows}
    return [Trouble(each.sha256, each.state, *names.get(each.sha256, ("", "")), each.checked_at) for each in found]


def _due(session: Session) -> list[str]:
    """What to look at now: what was not whole, what nobody looked at yet, and what was not looked at for long."""
    now, known = clock.now(), select(FileCheck.sha256)
    doubted = known.where(FileCheck.state != FileState.WHOLE, FileCheck.checked_at < now - SOON)
    old = known.where(FileCheck.checked_at < now - AGAIN).order_by(FileCheck.checked_at)
    new = [select(column).where(~known.where(FileCheck.sha256 == column).exists()) for column in NAMING]
    limits = {doubted: MOST_FILES // 3, **dict.fromkeys((*new, old), MOST_FILES)}
    found = [each for query, limit in limits.items() for each in session.scalars(query.limit(limit))]
    return list(dict.fromkeys(found))[:MOST_FILES]


def _look(store: Store, sha256: str) -> tuple[FileState, int]:
    """What became of a file, and its size. StorageDownError if that cannot be told."""
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
    """Those of the addresses that a row names, committed by anybody."""
    return {each for column in NAMING for each in session.scalars(select(column).where(column.in_(addresses)))}


def _remove(session: Session, store: Store, sha256: str) -> bool:
    """Remove a file that nobody names, unless somebody who puts it now came first."""
    if not files.try_claim(session, sha256) or _named(session, [sha256]):
        return False
    store.remove(sha256)
    log.info("removed from the store, as nothing names it: %s", sha256)
    return True


def _is_ours(session: Session) -> bool:
    """Whether the store has what this database names, as far as we looked: a database that is empty, or older, or
    another one must not make away with the files of others.
    """
    counted = select(FileCheck.state, func.count()).group_by(FileCheck.state)
    counts = {row[0]: row[1] for row in session.execute(counted)}
    whole = counts.pop(FileState.WHOLE, 0)
    return bool(whole and whole >= _SURE * sum(counts.values()))


def _names(addresses: Sequence[str]) -> CompoundSelect[str, str, str]:
    """Address, kind and name of files: the number of a document, or where a piece of evidence belongs."""
    number = func.coalesce(Document.snapshot["number"].astext, Document.snapshot["reference"].astext)
    document = select(Document.sha256, Document.kind, number).where(Document.sha256.in_(addresses))
    stamp = select(DocumentStamp.sha256, Document.kind, number).join(Document, Document.id == DocumentStamp.document_id)
    place = Application.reference + " " + Evidence.requirement_code
    evidence = select(Evidence.sha256, literal("evidence"), place).join(
        Application, Application.id == Evidence.application_id
    )
    return union_all(
        document,
        stamp.where(DocumentStamp.sha256.in_(addresses)),
        evidence.where(Evidence.sha256.in_(addresses)),
    )
