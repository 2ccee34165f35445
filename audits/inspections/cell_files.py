"""Pictures and files beside a verdict. Import the table from `models`.

Each is a sealed entry of its cell (`entries.EntryKind.PHOTO`). The entry holds a salted digest alone; the row here says
which file it is, and goes with what was typed in the entry. An agency never reads them; a picture that was chosen for
the report is printed there, from a copy of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Select, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from audits.core.db import Base, Id
from audits.core.errors import missing
from audits.core.statements import built_once
from audits.inspections.chains import SealedEntry
from audits.inspections.private import CellKey
from audits.people.models import Person

MOST_FILES = 30  # beside one verdict


class CellFile(Base):
    """A picture or file that somebody of the audit team put beside one requirement at one unit."""

    __tablename__ = "cell_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["audit_id", "unit", "reference"],
            ["sampled_unit.audit_id", "sampled_unit.unit", "sampled_unit.reference"],
            name="fk_cell_file_unit",
        ),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        CheckConstraint("withdrawn_at IS NULL OR btrim(reason) <> ''", name="reason"),
        CheckConstraint("num_nulls(caption, printed_sha256) IN (0, 2)", name="printed_whole"),
        CheckConstraint(
            "caption IS NULL OR btrim(caption) <> '' AND withdrawn_at IS NULL AND media_type LIKE 'image/%'",
            name="printed",
        ),
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("sealed_entry.id"), unique=True)
    audit_id: Mapped[UUID] = mapped_column(index=True)
    requirement_code: Mapped[str]
    unit: Mapped[str]
    reference: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    overruled: Mapped[str | None] = mapped_column(Text)  # why what looks like personal numbers in it is none
    taken_at: Mapped[datetime | None]  # as its person says, like `place`
    place: Mapped[str] = mapped_column(server_default="")
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, server_default="")  # why it was taken back
    caption: Mapped[str | None] = mapped_column(Text)  # under it in the report; None: it does not stand there
    printed_sha256: Mapped[str | None] = mapped_column(index=True)  # of the copy in the report, without metadata

    person: Mapped[Person] = relationship(foreign_keys=[uploaded_by])
    entry: Mapped[SealedEntry] = relationship()

    @property
    def is_picture(self) -> bool:
        """Return whether it can be shown as a picture."""
        return self.media_type.startswith("image/")

    @property
    def extension(self) -> str:
        """Return how its name ends."""
        return self.filename.rpartition(".")[2].lower()


def cell_files(
    session: Session, audit_id: UUID, unit: str, *, reference: str | None = None, code: str | None = None
) -> Mapping[CellKey, Sequence[CellFile]]:
    """Return the files on one unit, or on one requirement, by cell, those taken back too.

    The caller must have access to the audit.
    """
    found: defaultdict[CellKey, list[CellFile]] = defaultdict(list)
    query, values = _files(audit_id, unit, reference, code)
    for file in session.scalars(query, values):
        found[file.requirement_code, file.reference].append(file)
    return found


def get_cell_file(session: Session, audit_id: UUID, file_id: UUID) -> CellFile:
    """Return a file that was not taken back, or raise NotFoundError. The caller must have access to the audit."""
    file = session.get(CellFile, file_id)
    if file is None or file.audit_id != audit_id or file.withdrawn_at is not None:
        raise missing(CellFile)
    return file


def pictures_to_print(session: Session, audit_id: UUID) -> Mapping[CellKey, Sequence[CellFile]]:
    """Return the pictures that were chosen for the report, by cell. The caller must have access to the audit."""
    found: defaultdict[CellKey, list[CellFile]] = defaultdict(list)
    query = select(CellFile).where(CellFile.audit_id == audit_id, CellFile.caption.is_not(None))
    for file in session.scalars(query.order_by(CellFile.uploaded_at, CellFile.id)):
        found[file.requirement_code, file.reference].append(file)
    return found


def sealed_words(file: CellFile) -> dict[str, Any]:
    """Return what the sealed entry of a file holds the salted digest of."""
    return {
        "sha256": file.sha256,
        "name": file.filename,
        "taken": file.taken_at.isoformat() if file.taken_at else "",
        "place": file.place,
    }


@built_once
def _files(audit_id: UUID, unit: str, reference: str | None, code: str | None) -> Select[CellFile]:
    query = select(CellFile).where(CellFile.audit_id == audit_id, CellFile.unit == unit)
    if reference is not None:
        query = query.where(CellFile.reference == reference)
    if code is not None:
        query = query.where(CellFile.requirement_code == code)
    query = query.options(joinedload(CellFile.person).lazyload(Person.role_rows), joinedload(CellFile.entry))
    return query.order_by(CellFile.uploaded_at, CellFile.id)
