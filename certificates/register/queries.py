"""Reads of the public register. No actor: everything here is public."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, column, func, select, table
from sqlalchemy.orm import Session, defer, joinedload

from audits.agencies.trade_registers import clean_register_number
from audits.core import clock
from audits.core.errors import N_, NotFoundError, RuleError
from audits.schemes.models import SchemeVersion
from certificates.documents.models import Document, DocumentStamp
from certificates.documents.stages import DocumentKind
from certificates.lifecycle import rules
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.workflow import COUNTS, CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.projection import changes_of, terms_of
from certificates.register.rules import Change, Line, Terms, course
from certificates.register.rules import state_on as held_on
from certificates.register.search.conditions import HIDDEN
from certificates.register.search.query import Asked, Found, How, find, listed_on, search

__all__ = [
    "HIDDEN",
    "Asked",
    "Figures",
    "Found",
    "How",
    "PublicDocument",
    "all_credentials",
    "began",
    "certificate",
    "certificate_by_id",
    "changed_since",
    "count_pages",
    "document_of",
    "document_with",
    "entries_named",
    "entry",
    "entry_of",
    "figures",
    "files_of",
    "find",
    "history",
    "in_one_form",
    "latest",
    "public_ids",
    "search",
    "state_on",
]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the home page."""

    certified: int  # valid on this day, including conditional ones
    lost: int  # suspended or withdrawn, and still listed
    updated_at: datetime | None  # last change of any entry


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """The public part of a sealed document.

    A later file that replaced it says when and why; `archived` is set where an archival copy of it was looked up.
    """

    kind: str
    subject_id: UUID
    sha256: str
    size: int
    created_at: datetime
    replaced_at: datetime | None = None
    replaced_because: str = ""
    archived: bool = False


_NOT_FOUND = N_("The register has no entry at this address.")
_ENTRY = select(RegisterEntry).where(RegisterEntry.public_id == bindparam("public_id")).options(*HIDDEN)
"""Built once: to build a statement takes longer than to run this one."""


def entry(session: Session, public_id: str) -> RegisterEntry:
    """Return the entry with this permanent name, in lower case; NotFoundError if there never was one.

    Other spellings of the register number are accepted too, because older documents contain them.
    """
    found = session.scalar(_ENTRY, {"public_id": _typed(public_id)})
    if found is None and (permanent := in_one_form(public_id)) not in {None, public_id}:
        found = session.scalar(_ENTRY, {"public_id": permanent})
    if found is None:
        raise NotFoundError(_NOT_FOUND)
    return found


def entries_named(session: Session, public_ids: Sequence[str]) -> list[RegisterEntry]:
    """Return the entries with these permanent names, by name; unknown names are left out."""
    query = select(RegisterEntry).where(RegisterEntry.public_id.in_(public_ids)).options(*HIDDEN)
    return list(session.scalars(query.order_by(RegisterEntry.sort_name, RegisterEntry.public_id)))


def entry_of(session: Session, agency_id: UUID) -> RegisterEntry:
    """Return the entry of an agency, or raise NotFoundError."""
    return _one(session, RegisterEntry.agency_id == agency_id)


def history(session: Session, agency_id: UUID, day: date) -> list[Line]:
    """Return every status up to `day`, newest first, including expiries."""
    return course(*_recorded(session, agency_id), day)[::-1]


def state_on(session: Session, agency_id: UUID, day: date, known: date) -> Line | None:
    """Return what held on `day` as the register knew it on `known`, or None."""
    return held_on(*_recorded(session, agency_id), day, known)


def began(session: Session) -> date | None:
    """Return the day of the first certificate in the register; None while there is none."""
    first = session.scalar(select(CertificateChange.changed_at).order_by(CertificateChange.id).limit(1))
    return clock.day_of(first) if first else None


def _recorded(session: Session, agency_id: UUID) -> tuple[dict[UUID, Terms], list[Change]]:
    certificates = session.scalars(
        select(Certificate)
        .where(Certificate.agency_id == agency_id, Certificate.issued_at.is_not(None))
        .options(defer(Certificate.snapshot))
    )
    changes = session.scalars(
        select(CertificateChange).where(CertificateChange.agency_id == agency_id).order_by(CertificateChange.id)
    )
    return terms_of(certificates), changes_of(changes)


def figures(session: Session, day: date) -> Figures:
    """Return the figures of the home page, in one statement that is served by an index."""
    state = RegisterEntry.state
    row = session.execute(
        select(
            _count(state.in_(sorted(COUNTS)), RegisterEntry.valid_until >= day),
            _count(state.in_([CertificateState.SUSPENDED, CertificateState.WITHDRAWN])),
            select(func.max(RegisterEntry.updated_at)).scalar_subquery(),
        )
    ).one()
    return Figures(*row)


def latest(session: Session, day: date, limit: int = 6) -> list[RegisterEntry]:
    """Return the listed entries that changed last."""
    query = select(RegisterEntry).where(listed_on(day)).options(*HIDDEN)
    return list(session.scalars(query.order_by(RegisterEntry.updated_at.desc(), RegisterEntry.public_id).limit(limit)))


def changed_since(session: Session, moment: datetime | None, limit: int) -> list[RegisterEntry]:
    """Return at most `limit` entries, listed or not, that changed at a moment or after it, the latest first."""
    query = select(RegisterEntry).options(*HIDDEN).order_by(RegisterEntry.updated_at.desc()).limit(limit)
    return list(session.scalars(query.where(RegisterEntry.updated_at >= moment) if moment else query))


def count_pages(session: Session, size: int) -> int:
    """Return how many pages of this size all entries fill, listed or not; at least one."""
    entries = session.scalar(select(func.count()).select_from(RegisterEntry)) or 0
    return max(1, -(-entries // size))


def public_ids(session: Session, page: int, size: int) -> list[tuple[str, datetime]]:
    """Return the permanent names on a page of all entries, with the last change. NotFoundError behind the last page."""
    query = select(RegisterEntry.public_id, RegisterEntry.updated_at).order_by(RegisterEntry.public_id)
    found = session.execute(query.limit(size).offset(max(0, page - 1) * size)).all() if page else []
    if not found and page != 1:
        raise NotFoundError(_NOT_FOUND)
    return [(name, at) for name, at in found]


def certificate(session: Session, number: str) -> Certificate:
    """Return an issued certificate by number, with its scheme version; NotFoundError if it was never issued."""
    found = session.scalar(
        select(Certificate)
        .where(Certificate.number == _typed(number), Certificate.issued_at.is_not(None))
        .options(joinedload(Certificate.scheme_version).defer(SchemeVersion.source))
    )
    if found is None:
        raise NotFoundError("There is no certificate with this number.")
    return found


def document_of(session: Session, certificate_id: UUID) -> PublicDocument | None:
    """Return the current sealed file of a certificate."""
    return _document(
        session, PUBLIC_DOCUMENTS.c.kind == DocumentKind.CERTIFICATE, PUBLIC_DOCUMENTS.c.subject_id == certificate_id
    )


def document_with(session: Session, sha256: str) -> PublicDocument | None:
    """Return the document with exactly these bytes, or None; archival copies count as the document."""
    found = _document(session, PUBLIC_DOCUMENTS.c.sha256 == sha256)
    if found is not None:
        return found
    stamped = select(DocumentStamp.document_id).where(DocumentStamp.sha256 == sha256)
    archived = _document(session, PUBLIC_DOCUMENTS.c.id.in_(stamped))
    return replace(archived, sha256=sha256, archived=True) if archived else None


def files_of(session: Session, certificate_id: UUID) -> list[str]:
    """Return the hashes of all files of a certificate, newest first."""
    query = select(Document.sha256).where(
        Document.kind == DocumentKind.CERTIFICATE, Document.subject_id == certificate_id
    )
    return list(session.scalars(query.order_by(Document.created_at.desc())))


def certificate_by_id(session: Session, certificate_id: UUID) -> Certificate:
    """Return an issued certificate, or raise NotFoundError."""
    found = session.scalar(
        select(Certificate).where(Certificate.id == certificate_id, Certificate.issued_at.is_not(None))
    )
    if found is None:
        raise NotFoundError("There is no certificate with this number.")
    return found


def all_credentials(session: Session) -> Iterator[tuple[str, str]]:
    """Yield number and credential of every issued certificate that has one."""
    query = select(Certificate.number, Certificate.credential).where(Certificate.issued_at.is_not(None))
    with session.execute(query.order_by(Certificate.number).execution_options(yield_per=1000)) as rows:
        yield from ((number, credential) for number, credential in rows if credential is not None)


def _one(session: Session, condition: ColumnElement[bool]) -> RegisterEntry:
    found = session.scalar(select(RegisterEntry).where(condition).options(*HIDDEN))
    if found is None:
        raise NotFoundError(_NOT_FOUND)
    return found


def in_one_form(public_id: str) -> str | None:
    """Return the name with its number normalised; None if the number is not valid in that country."""
    country, _, number = public_id.upper().partition("-")
    try:
        return rules.public_id(country, clean_register_number(country, number))
    except RuleError:
        return None


def _typed(text: str) -> str:
    """Remove NUL from typed text, which PostgreSQL rejects."""
    return text if text.isprintable() else ""


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(RegisterEntry).where(*conditions).scalar_subquery()


def _document(session: Session, *conditions: ColumnElement[bool]) -> PublicDocument | None:
    newer = PUBLIC_DOCUMENTS.alias()
    query = (
        select(*(PUBLIC_DOCUMENTS.c[name] for name in ("kind", "subject_id", "sha256", "size", "created_at")))
        .add_columns(newer.c.created_at, func.coalesce(newer.c.because, ""))
        .outerjoin(newer, newer.c.replaces == PUBLIC_DOCUMENTS.c.id)
        .where(*conditions)
        .order_by(PUBLIC_DOCUMENTS.c.created_at.desc())
    )
    row = session.execute(query.limit(1)).first()
    return PublicDocument(*row) if row else None


# A view of all documents, without what they say.
PUBLIC_DOCUMENTS = table(
    "public_document",
    *(column(name, Document.__table__.c[name].type) for name in
      ("id", "kind", "subject_id", "sha256", "size", "created_at", "replaces", "because")),
)  # fmt: skip
