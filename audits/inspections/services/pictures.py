"""Receive the pictures of a device, each after the entry that sealed it."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import NotFoundError, RuleError
from audits.core.events import Code, Digest
from audits.core.files import StoredFile
from audits.inspections import entries
from audits.inspections.cell_files import CellFile
from audits.inspections.cells import reference_at
from audits.inspections.entries import EntryKind
from audits.inspections.events import CellFileAdded
from audits.inspections.models import EntryContent, SealedEntry
from audits.inspections.services.attaching import ADDED
from audits.inspections.services.course import load_fieldwork, record
from audits.inspections.services.enrolling import own_device


def receive_picture(
    session: Session, actor: Actor, audit_id: UUID, chain_id: UUID, file: StoredFile, *, digest: str
) -> CellFile:
    """Put a picture beside the verdict for which a device of the actor sealed it; again changes nothing.

    `digest` is that of its entry, which came in before. RuleError for other bytes than those that were sealed.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    chain = own_device(session, actor, audit, chain_id)
    query = select(SealedEntry, EntryContent.content).join(EntryContent, EntryContent.entry_id == SealedEntry.id)
    found = session.execute(query.where(SealedEntry.chain_id == chain.id, SealedEntry.digest == digest)).one_or_none()
    if found is None or not _is_picture(entry := found[0]):
        raise NotFoundError("The entry of this picture did not come in yet.")
    if known := session.scalar(select(CellFile).where(CellFile.entry_id == entry.id)):
        return known
    if found[1].get("sha256") != file.sha256:
        raise RuleError("This picture is not the one that was sealed.")
    code, unit, place = entry.cell.split("/")
    row = CellFile(
        id=uuid4(),
        entry_id=entry.id,
        audit_id=audit.id,
        requirement_code=code,
        unit=unit,
        reference=reference_at(session, audit.id, unit, int(place)),
        **file.uploaded(actor.id),
    )
    session.add(row)
    session.flush()
    record(session, actor, audit, CellFileAdded(requirement=Code(code), file=row.id, head=Digest(digest)))
    return row


def _is_picture(entry: SealedEntry) -> bool:
    written = entries.read(entry.data)
    return (written.kind, written.value) == (EntryKind.PHOTO, ADDED)
