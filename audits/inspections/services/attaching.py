"""Put pictures and files beside a verdict, each a sealed entry of its cell, and take them back with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.applications.rules import check_file_name
from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import NotFoundError, RuleError, missing
from audits.core.events import Code, Digest
from audits.core.files import StoredFile
from audits.core.letters import check_length, check_printable
from audits.inspections.cell_files import MOST_FILES, CellFile, sealed_words
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind, cell_of
from audits.inspections.events import CellFileAdded, CellFileWithdrawn
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import Audit, SampledUnit, SealedEntry
from audits.inspections.private import CellKey
from audits.inspections.services.course import load_fieldwork, record, requirement_in
from audits.inspections.services.entering import Typed, enter

PLACE_LIMIT = 200
ADDED, WITHDRAWN = "added", "withdrawn"


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where a picture was taken, as far as its person says so."""

    at: datetime | None = None
    place: str = ""


def attach_file(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    cell: CellKey,
    file: StoredFile,
    *,
    taken: Taken = Taken(),
) -> CellFile:
    """Put a stored file beside one cell, which is a requirement and a unit, and seal that.

    The same bytes are not added twice.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    unit, place = _find_cell(session, audit, cell)
    _check(file, taken)
    kept = select(CellFile).where(
        CellFile.audit_id == audit.id,
        CellFile.requirement_code == cell[0],
        CellFile.reference == cell[1],
        CellFile.withdrawn_at.is_(None),
    )
    if known := session.scalar(kept.where(CellFile.sha256 == file.sha256)):
        return known
    if (session.scalar(kept.with_only_columns(func.count())) or 0) >= MOST_FILES:
        raise RuleError("You can add at most %(max)d files to one verdict.", "files", max=MOST_FILES)
    row = CellFile(
        id=uuid4(),
        audit_id=audit.id,
        requirement_code=cell[0],
        unit=unit,
        reference=cell[1],
        taken_at=taken.at,
        place=taken.place.strip(),
        **file.uploaded(actor.id),
    )
    row.entry_id, head = _seal(session, actor, audit, cell_of(cell[0], unit, place), Typed(ADDED, sealed_words(row)))
    session.add(row)
    session.flush()
    record(session, actor, audit, CellFileAdded(requirement=Code(cell[0]), file=row.id, head=Digest(head)))
    return row


def withdraw_file(session: Session, actor: Actor, audit_id: UUID, file_id: UUID, reason: str) -> CellFile:
    """Take a file back for a reason that reviewer and decider read; that it was there stays. Again changes nothing.

    The next report leaves it out.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    file = session.get(CellFile, file_id, with_for_update=True)
    if file is None or file.audit_id != audit.id:
        raise missing(CellFile)
    if file.withdrawn_at is not None:
        return file
    reason = reason.strip()
    if not reason:
        raise RuleError("Say why you take it back.", "reason")
    check_length(reason, NOTE_LIMIT, "reason")
    check_printable(reason, "reason")
    typed = Typed(WITHDRAWN, {"reason": reason}, parents=(file.entry.digest,))
    _, head = _seal(session, actor, audit, file.entry.cell, typed)
    file.withdrawn_by, file.withdrawn_at, file.reason = actor.id, clock.now(), reason
    file.caption = file.printed_sha256 = None
    told = CellFileWithdrawn(requirement=Code(file.requirement_code), file=file.id, head=Digest(head), reason=reason)
    record(session, actor, audit, told)
    session.flush()
    return file


def _find_cell(session: Session, audit: Audit, cell: CellKey) -> tuple[str, int]:
    """Return the kind of unit of a cell and its place in the draw, or raise NotFoundError."""
    unit = requirement_in(scheme_of_audit(audit), cell[0]).unit
    place = session.scalar(
        select(SampledUnit.position).where(
            SampledUnit.audit_id == audit.id, SampledUnit.unit == unit, SampledUnit.reference == cell[1]
        )
    )
    if place is None:
        raise NotFoundError("This unit is not in the sample.")
    return unit, place


def _check(file: StoredFile, taken: Taken) -> None:
    check_file_name(file.filename)
    check_length(taken.place, PLACE_LIMIT, "place")
    check_printable(taken.place, "place")
    if taken.at and taken.at > clock.now():
        raise RuleError("This moment has not come yet.", "taken_on")


def _seal(session: Session, actor: Actor, audit: Audit, cell: str, typed: Typed) -> tuple[int, str]:
    """Append one entry about a file; return its number in the table, and its digest."""
    head = enter(session, actor, audit, scheme_of_audit(audit).sha256, {cell: typed}, kind=EntryKind.PHOTO).digest
    return session.scalars(select(SealedEntry.id).where(SealedEntry.digest == head)).one(), head
