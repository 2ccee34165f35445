"""Register extracts: sealed while the visitor waits, and recorded by hash."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies.rules import Scope
from audits.core import clock
from certificates import press
from certificates.documents.services import record_extract
from certificates.documents.stages import DocumentKind
from certificates.ledger.queries import tlog_proof
from certificates.lifecycle.rules import Status
from certificates.register.extract import Subject, extract_facts, subject_of
from certificates.register.models import RegisterEntry
from certificates.register.schemes import scheme_by_digest
from certificates.wording import items_in_words
from portal.doors.downloads import attachment
from portal.language.i18n import current_language
from portal.language.labels import label
from portal.printer.client import printer
from portal.settings import current_settings
from portal.signing import sealing
from portal.signing.credentials import credential_attached
from portal.signing.keys import current_keys
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.throttle import share_throttle, visitor_waits

KIND = DocumentKind.REGISTER_EXTRACT
_CHANCE_BYTES = 8
_MINUTE = 60
MOST_PER_HOUR = 60  # per address; each leaves a file of a tenth of a megabyte
_MOST_PROOFS = 1000  # each of one to two kilobytes
_proofs: dict[tuple[str, int, int], str] = {}


def add_to(bp: Blueprint) -> None:
    """Register the route, with a throttle that all processes share."""
    bp.post("/register/<public_id>/extract")(extract)
    share_throttle(bp, "extract", MOST_PER_HOUR)


@public
def extract(public_id: str) -> ResponseReturnValue:
    """Send a sealed extract of what the register says now; BusyError when many ask. The requester is not recorded."""
    if wait := visitor_waits("extract"):
        return answer(429, _("You have asked for many extracts in a short time."), retry_after=wait)
    if not current_keys().available:
        return answer(503, _("Extracts cannot be sealed here now. The register itself works."), retry_after=_MINUTE)
    settings = current_settings()
    language, now = current_language(), clock.now()
    with database.write() as session:
        subject = subject_of(session, public_id.lower())
        entry = subject.entry
        facts = extract_facts(
            session,
            subject,
            language=language,
            status_label=_status_in_words(entry, clock.day_of(now)),
            asked_at=now,
            chance=secrets.token_bytes(_CHANCE_BYTES),
            base_url=settings.public_url,
            body=settings.body,
        )
        sealed = sealing.sealed_document(
            KIND, facts, at=now, prepare=printer.prepare, attachments=_attached(session, subject)
        )
        sha256, size = sealing.keep(session, sealed)
        record_extract(session, agency_id=entry.agency_id, language=language, snapshot=facts, sha256=sha256, size=size)
    return attachment(sealed, f"{facts['reference']}.pdf", "application/pdf")


def _status_in_words(entry: RegisterEntry, day: date) -> str:
    status = entry.status_on(day)
    provisional = status is Status.SUSPENDED and entry.provisional
    if status is Status.PARTLY_SUSPENDED:
        scheme = scheme_by_digest(database.read(), entry.scheme["sha256"])
        return f"{label(status)}: {', '.join(items_in_words(Scope.of(entry.excepted), scheme, current_language()))}"
    return " ".join([label(status), _("(provisional)")] if provisional else [label(status)])


def _attached(session: Any, subject: Subject) -> list[press.Attached]:
    """Return the attachments for offline verification: the certificate's credential, and its proof from the log."""
    certificate = subject.certificate
    if certificate is None:
        return []
    attached = [credential_attached(certificate.credential)] if certificate.credential else []
    if subject.log_index is not None and subject.log_index < subject.log_size:  # missing only just after issue
        proof = _proof(session, certificate.number, subject.log_index, subject.log_size)
        what = "The proof that the last change of the certificate is in the public log"
        attached.append(press.Attached(f"{certificate.number}.tlog-proof", proof.encode(), "text/plain", what))
    return attached


def _proof(session: Any, number: str, index: int, size: int) -> str:
    """Return the proof that entry `index` is in the log of `size` entries; cached, because it never changes."""
    key = number, index, size
    if key not in _proofs:
        if len(_proofs) >= _MOST_PROOFS:
            _proofs.clear()
        _proofs[key] = tlog_proof(session, number) or ""
    return _proofs[key]
