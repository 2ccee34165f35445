"""Build the register extract: what the register says of one agency at one moment, for print."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.agencies.rules import Scope
from audits.agencies.wording import country_name, register_label
from audits.core import clock
from audits.core.errors import NotFoundError
from audits.core.languages import in_language
from certificates.addresses import register_url
from certificates.ledger.models import LedgerEntry, SignedCheckpoint
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import Status
from certificates.press.documents import facts_digest
from certificates.register.files import last_change
from certificates.register.models import RegisterEntry
from certificates.register.queries import HIDDEN
from certificates.register.schemes import scheme_by_digest
from certificates.wording import ConditionTerms, conditions_in_words, scope_in_words

_DECIDED = frozenset({Status.PARTLY_SUSPENDED, Status.SUSPENDED, Status.WITHDRAWN, Status.ENDED})
_CHANCE_BYTES = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """Data of an extract: the register entry, its certificate, and the state of the public log.

    `log_index` is that of the last entry about the certificate, `log_size` the number of entries under the checkpoint.
    """

    entry: RegisterEntry
    certificate: Certificate | None
    log_index: int | None
    log_size: int


def subject_of(session: Session, public_id: str) -> Subject:
    """Load all of it in one statement, because a visitor waits. NotFoundError if there never was such an entry."""
    newest = select(func.max(LedgerEntry.index)).where(LedgerEntry.number == Certificate.number).scalar_subquery()
    signed = select(func.coalesce(func.max(SignedCheckpoint.size), 0)).scalar_subquery()
    query = select(RegisterEntry, Certificate, newest, signed).options(*HIDDEN)
    query = query.outerjoin(Certificate, Certificate.id == RegisterEntry.certificate_id)
    found = (
        session.execute(query.where(RegisterEntry.public_id == public_id)).first() if public_id.isprintable() else None
    )
    if found is None:
        raise NotFoundError("The register has no entry at this address.")
    return Subject(*found)


def extract_reference(day: date, chance: bytes) -> str:
    """Format `UR-20270614-4K7Q2MXZ`: the day and forty random bits, which need no counter and reveal no volume."""
    return f"UR-{day:%Y%m%d}-{base64.b32encode(chance[:_CHANCE_BYTES]).decode()}"


def extract_facts(
    session: Session,
    subject: Subject,
    *,
    language: str,
    status_label: str,
    asked_at: datetime,
    chance: bytes,
    base_url: str,
    body: Mapping[str, str],
) -> dict[str, Any]:
    """Return the content of an extract, with the fields of `certificates.press.documents.RegisterExtractFacts`.

    `status_label` is the status of that day in words. The seat is that of the certificate; without one the register has
    only the town.
    """
    entry, certificate = subject.entry, subject.certificate
    day = clock.day_of(asked_at)
    status, since = entry.status_on(day), entry.since_on(day)
    facts = {
        "language": language,
        "reference": extract_reference(day, chance),
        "asked_at": asked_at.astimezone(clock.AMSTERDAM).isoformat(timespec="seconds"),
        "status": status.value,
        "status_label": status_label,
        "since": since.isoformat() if since else None,
        "reason": "",
        "legal_name": entry.legal_name,
        "trade_names": entry.trade_names,
        "register_label": register_label(entry.country, language),
        "register_number": entry.register_number,
        "body": dict(body),
        "register_url": register_url(base_url, entry.public_id),
    }
    facts |= _certified(session, entry, certificate, language) if certificate else _nothing(entry, language)
    if status in _DECIDED and certificate:
        facts["reason"] = last_change(session, certificate.id, language)[1]
    return facts | {"digest": facts_digest(facts)}


def _certified(session: Session, entry: RegisterEntry, certificate: Certificate, language: str) -> dict[str, Any]:
    scheme = scheme_by_digest(session, entry.scheme["sha256"])
    seat = {**certificate.snapshot["seat"], "country": country_name(entry.country, language)}
    return {
        "seat": seat,
        "certificate_number": entry.certificate_number,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "conditions": conditions_in_words(cast(list[ConditionTerms], entry.condition_terms), language),
        **scope_in_words(Scope.of(entry.scope), scheme, language),
        "norm": _named(entry, language),
        "excludes": [text.in_(language) for text in scheme.excludes],
    }


def _named(entry: RegisterEntry, language: str) -> dict[str, str]:
    scheme = entry.scheme
    return {"name": in_language(scheme["title"], language), "version": scheme["version"], "sha256": scheme["sha256"]}


def _nothing(entry: RegisterEntry, language: str) -> dict[str, Any]:
    lists: dict[str, list[str]] = {"conditions": [], "excludes": []}
    unknown = dict.fromkeys(("certificate_number", "valid_from", "valid_until", "norm"))
    seat = {"street": "", "postcode": "", "city": entry.city, "country": country_name(entry.country, language)}
    return {**lists, **unknown, **Scope().plain(), "seat": seat}
