"""Read all that the page of an entry shows, in one prepared statement: a visitor waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Text, cast, func, select
from sqlalchemy import bindparam as given
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from certificates.documents.stages import DocumentKind
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.plain import SHOWN, copied
from certificates.register.queries import HIDDEN, PUBLIC_DOCUMENTS, entry
from certificates.register.rules import Change, Line, Terms, course


@dataclass(frozen=True, slots=True)
class Sheet:
    """An entry with its history, newest first; of its certificate what is printed on it, and the hash of its file."""

    entry: RegisterEntry
    history: list[Line]
    printed: dict[str, Any]
    file_sha256: str | None


def _its_terms() -> Any:
    row = func.jsonb_build_array(Certificate.id, Certificate.number, Certificate.conditional, Certificate.valid_until)
    of_agency = Certificate.agency_id == RegisterEntry.agency_id
    return select(func.jsonb_agg(row)).where(of_agency, Certificate.issued_at.is_not(None)).scalar_subquery()


def _its_changes() -> Any:
    change = CertificateChange
    day = cast(func.timezone("Europe/Amsterdam", change.changed_at), Date)
    said = (change.grounds, change.provisional, change.excepted)
    row = func.jsonb_build_array(change.certificate_id, cast(change.state, Text), change.reason, day, *said)
    rows = select(func.jsonb_agg(aggregate_order_by(row, change.id)))
    return rows.where(change.agency_id == RegisterEntry.agency_id).scalar_subquery()


def _its_file() -> Any:
    of_certificate = PUBLIC_DOCUMENTS.c.subject_id == RegisterEntry.certificate_id
    files = select(PUBLIC_DOCUMENTS.c.sha256).where(of_certificate)
    files = files.where(PUBLIC_DOCUMENTS.c.kind == DocumentKind.CERTIFICATE.value)
    return files.order_by(PUBLIC_DOCUMENTS.c.created_at.desc()).limit(1).scalar_subquery()


ITS_TERMS, ITS_CHANGES = _its_terms(), _its_changes()
"""What the history of an entry follows from, as columns beside it; None for an entry without."""

_PRINTED = ("digest", "seat", "sites")
_printed = func.jsonb_build_array(*(Certificate.snapshot[name] for name in _PRINTED))
_its_printed = select(_printed).where(Certificate.id == RegisterEntry.certificate_id).scalar_subquery()
_BESIDE = [
    column.label(name)
    for name, column in {
        "its_terms": ITS_TERMS, "its_changes": ITS_CHANGES, "its_file": _its_file(), "its_printed": _its_printed,
    }.items()
]  # fmt: skip
_NAMED = RegisterEntry.public_id == given("public_id")
_SHEET = select(RegisterEntry, *_BESIDE).where(_NAMED).options(*HIDDEN)
_PLAIN_ENTRY = select(*SHOWN).where(_NAMED)
_PLAIN_SHEET = select(*SHOWN, *_BESIDE).where(_NAMED)


def sheet(session: Session, public_id: str, day: date) -> Sheet:
    """Return the sheet of an entry as of `day`. NotFoundError; see `queries.entry` for the spellings."""
    found = session.execute(_SHEET, {"public_id": public_id}).first() if public_id.isprintable() else None
    if found is None:
        permanent = entry(session, public_id).public_id  # spelled in another way, or never there
        found = session.execute(_SHEET, {"public_id": permanent}).one()
    return _sheet(found[0], found[1:], day)


def plain_entry(connection: Connection, public_id: str) -> RegisterEntry | None:
    """Return the entry of just this name as a plain copy."""
    row = connection.execute(_PLAIN_ENTRY, {"public_id": public_id}).first()
    return copied(SHOWN, row) if row else None


def plain_sheet(connection: Connection, public_id: str, day: date) -> Sheet | None:
    """Return the sheet of the entry of just this name, a plain copy, as of `day`."""
    row = connection.execute(_PLAIN_SHEET, {"public_id": public_id}).first()
    return _sheet(copied(SHOWN, row), row[len(SHOWN) :], day) if row else None


def _sheet(its: RegisterEntry, beside: Sequence[Any], day: date) -> Sheet:
    terms, changes, sha256, printed = beside
    kept = dict(zip(_PRINTED, printed or [None, None, None], strict=True))
    return Sheet(its, course(terms_from(terms or []), changes_from(changes or []), day)[::-1], kept, sha256)


def terms_from(rows: list[list[Any]]) -> dict[Any, Terms]:
    """Return certificates as ITS_TERMS has them."""
    return {key: Terms(number, conditional, date.fromisoformat(until)) for key, number, conditional, until in rows}


def changes_from(rows: list[list[Any]]) -> list[Change]:
    """Return changes as ITS_CHANGES has them, in order."""
    return [_change(row) for row in rows]


def _change(row: list[Any]) -> Change:
    key, state, reason, day, grounds, provisional, excepted = row
    on = date.fromisoformat(day)
    return Change(key, CertificateState(state), reason, on, tuple(grounds), provisional, excepted)
