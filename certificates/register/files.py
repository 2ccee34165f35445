"""What the register knows of a file: which document it is, and how the certificate in it came to its end."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.models import Certificate, CertificateChange, Document
from certificates.register.models import RegisterEntry
from certificates.register.rules import may_rely
from certificates.rules import Status
from certificates.workflow import CertificateState


class Why(StrEnum):
    """Why a genuine certificate is not valid on a day."""

    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Ending:
    """Since when a certificate is not valid, and why; `newer` is the number of the one that counts now."""

    why: Why
    since: date | None
    reason: str = ""
    newer: str = ""


def ending(session: Session, certificate: Certificate, entry: RegisterEntry, day: date) -> Ending | None:
    """How the validity of an issued certificate ended before `day`; None while it is valid."""
    newer = entry.certificate_number or ""
    newer = newer if newer != certificate.number else ""
    if certificate.state is CertificateState.REPLACED:
        return Ending(Why.REPLACED, *_last_change(session, certificate), newer=newer)
    status = certificate.status_on(day)
    if may_rely(status):
        return None
    if status is Status.EXPIRED:
        return Ending(Why.EXPIRED, certificate.valid_until + timedelta(days=1), newer=newer)
    return Ending(Why(status.value), *_last_change(session, certificate), newer=newer)


def facts_with(session: Session, sha256: str) -> dict[str, Any]:
    """What a document of ours with these bytes says; empty if there is none."""
    return session.scalar(select(Document.printed).where(Document.sha256 == sha256)) or {}


def _last_change(session: Session, certificate: Certificate) -> tuple[date | None, str]:
    query = select(CertificateChange).where(CertificateChange.certificate_id == certificate.id)
    change = session.scalar(query.order_by(CertificateChange.id.desc()).limit(1))
    return (change.changed_at.astimezone(clock.AMSTERDAM).date(), change.reason) if change else (None, "")
