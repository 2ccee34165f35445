"""Reads of the public register. Nothing here asks who reads, and nothing here is more than the public may know."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, column, func, select, table
from sqlalchemy.orm import Session, defer, joinedload

from audits.core.errors import NotFoundError
from audits.schemes.models import SchemeVersion
from certificates.lifecycle.models import (
    Certificate,
    CertificateChange,
    Document,
    DocumentStamp,
)
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.projection import changes_of, terms_of
from certificates.register.rules import Line, course
from certificates.register.search.query import (
    Found,
    How,
    listed_on,
    search,
)

__all__ = [
    "Figures",
    "Found",
    "How",
    "PublicDocument",
    "all_credentials",
    "certificate",
    "certificate_by_id",
    "document_of",
    "document_with",
    "entry",
    "entry_of",
    "figures",
    "history",
    "latest",
    "search",
]


HIDDEN = (defer(RegisterEntry.near), defer(RegisterEntry.folded), defer(RegisterEntry.numbers))


@dataclass(frozen=True, slots=True)
class Figures:
    """What the first screen counts."""

    certified: int  # on this day, those with conditions among them
    lost: int  # suspended or withdrawn, and still to be seen
    updated_at: datetime | None  # the last change of any entry


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """A sealed document as far as the public may know it.

    A later file that replaced it says when and why; `archived` is set where an archival form of it was looked up.
    """

    kind: str
    subject_id: UUID
    sha256: str
    size: int
    created_at: datetime
    replaced_at: datetime | None = None
    replaced_because: str = ""
    archived: bool = False


def entry(session: Session, public_id: str) -> RegisterEntry:
    """The entry with this permanent name, in lower case; NotFoundError if there never was one."""
    return _one(session, RegisterEntry.public_id == _typed(public_id))


def entry_of(session: Session, agency_id: UUID) -> RegisterEntry:
    """The entry of an agency, or NotFoundError."""
    return _one(session, RegisterEntry.agency_id == agency_id)


def history(session: Session, agency_id: UUID, day: date) -> list[Line]:
    """Every status up to `day`, newest first, ends of validity included."""
    certificates = session.scalars(
        select(Certificate)
        .where(Certificate.agency_id == agency_id, Certificate.issued_at.is_not(None))
        .options(defer(Certificate.snapshot))
    )
    changes = session.scalars(
        select(CertificateChange).where(CertificateChange.agency_id == agency_id).order_by(CertificateChange.id)
    )
    return course(terms_of(certificates), changes_of(changes), day)[::-1]


def figures(session: Session, day: date) -> Figures:
    """The three figures of the first screen, in one statement that an index answers."""
    state = RegisterEntry.state
    row = session.execute(
        select(
            _count(state == CertificateState.ACTIVE, RegisterEntry.valid_until >= day),
            _count(state.in_([CertificateState.SUSPENDED, CertificateState.WITHDRAWN])),
            select(func.max(RegisterEntry.updated_at)).scalar_subquery(),
        )
    ).one()
    return Figures(*row)


def latest(session: Session, day: date, limit: int = 6) -> list[RegisterEntry]:
    """The listed entries that changed last."""
    query = select(RegisterEntry).where(listed_on(day)).options(*HIDDEN)
    return list(session.scalars(query.order_by(RegisterEntry.updated_at.desc(), RegisterEntry.public_id).limit(limit)))


def certificate(session: Session, number: str) -> Certificate:
    """An issued certificate by its number, with its version of the norm; NotFoundError if we never issued it."""
    found = session.scalar(
        select(Certificate)
        .where(Certificate.number == _typed(number), Certificate.issued_at.is_not(None))
        .options(joinedload(Certificate.scheme_version).defer(SchemeVersion.source))
    )
    if found is None:
        raise NotFoundError("There is no certificate with this number.")
    return found


def document_of(session: Session, certificate_id: UUID) -> PublicDocument | None:
    """The sealed file of a certificate that counts: the newest."""
    return _document(session, _PUBLIC.c.kind == "certificate", _PUBLIC.c.subject_id == certificate_id)


def document_with(session: Session, sha256: str) -> PublicDocument | None:
    """What is known of a file with exactly these bytes, if we made it; an archival form counts as the document."""
    found = _document(session, _PUBLIC.c.sha256 == sha256)
    if found is not None:
        return found
    stamped = select(DocumentStamp.document_id).where(DocumentStamp.sha256 == sha256)
    archived = _document(session, _PUBLIC.c.id.in_(stamped))
    return replace(archived, sha256=sha256, archived=True) if archived else None


def certificate_by_id(session: Session, certificate_id: UUID) -> Certificate:
    """An issued certificate, or NotFoundError."""
    found = session.scalar(
        select(Certificate).where(Certificate.id == certificate_id, Certificate.issued_at.is_not(None))
    )
    if found is None:
        raise NotFoundError("There is no certificate with this number.")
    return found


def all_credentials(session: Session) -> Iterator[tuple[str, str]]:
    """The number and the credential of every certificate that was ever issued with one."""
    query = select(Certificate.number, Certificate.credential).where(Certificate.issued_at.is_not(None))
    with session.execute(query.order_by(Certificate.number).execution_options(yield_per=1000)) as rows:
        yield from ((number, credential) for number, credential in rows if credential is not None)


def _one(session: Session, condition: ColumnElement[bool]) -> RegisterEntry:
    found = session.scalar(select(RegisterEntry).where(condition).options(*HIDDEN))
    if found is None:
        raise NotFoundError("The register has no entry at this address.")
    return found


def _typed(text: str) -> str:
    """What somebody typed, in a form that the database takes: it refuses a NUL."""
    return text if text.isprintable() else ""


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(RegisterEntry).where(*conditions).scalar_subquery()


def _document(session: Session, *conditions: ColumnElement[bool]) -> PublicDocument | None:
    newer = _PUBLIC.alias()
    query = (
        select(*(_PUBLIC.c[name] for name in ("kind", "subject_id", "sha256", "size", "created_at")))
        .add_columns(newer.c.created_at, func.coalesce(newer.c.because, ""))
        .outerjoin(newer, newer.c.replaces == _PUBLIC.c.id)
        .where(*conditions)
        .order_by(_PUBLIC.c.created_at.desc())
    )
    row = session.execute(query.limit(1)).first()
    return PublicDocument(*row) if row else None


# A view of all documents, without what they say.
_PUBLIC = table(
    "public_document",
    *(column(name, Document.__table__.c[name].type) for name in
      ("id", "kind", "subject_id", "sha256", "size", "created_at", "replaces", "because")),
)  # fmt: skip
