"""The result of a check as JSON, for the command line and for programs that use the page."""

from datetime import date
from typing import Any

from certificates.addresses import certificate_file_url, certificate_url, register_url
from certificates.seal import SealReport
from portal.doors.registry import wording
from portal.doors.registry.verification import Checked


def report(checked: Checked, day: date, base_url: str) -> dict[str, Any]:
    """Return everything that was found as JSON values; `docs/verifying.md` explains the keys."""
    verdict, certificate, entry = checked.verdict, checked.certificate, checked.entry
    return {
        "answer": checked.answer.value,
        "title": str(wording.TITLES[checked.answer]),
        "genuine": checked.genuine,
        "valid": checked.counts_on(day),
        "day": day.isoformat(),
        "reason": checked.reason.value if checked.reason else None,
        "explanation": str(wording.REASONS[checked.reason]) if checked.reason else None,
        "sha256": checked.sha256 or None,
        "size": checked.size,
        "sealedAt": checked.made_at.isoformat() if checked.made_at else None,
        "seal": _seal(verdict) if verdict else None,
        "certificate": _certificate(checked, day, base_url) if certificate else None,
        "ended": _ended(checked),
        "extract": _extract(checked) if checked.extract else None,
        "differences": [
            {"fact": each.fact, "file": str(each.file), "ours": str(each.ours)} for each in checked.differences
        ],
        "register": register_url(base_url, entry.public_id) if entry else None,
        "logIndex": checked.log_index,
        "statusToday": entry.status_on(day).value if entry else None,
    }


def _seal(verdict: SealReport) -> dict[str, Any]:
    return {
        "level": verdict.level.value if verdict.level else None,
        "stamped": verdict.stamped,
        "signer": verdict.signer or None,
        "covered": verdict.covered,
    }


def _certificate(checked: Checked, day: date, base_url: str) -> dict[str, Any] | None:
    certificate, entry = checked.certificate, checked.entry
    if certificate is None or entry is None:
        return None
    return {
        "number": certificate.number,
        "agency": entry.legal_name,
        "validFrom": certificate.valid_from.isoformat(),
        "validUntil": certificate.valid_until.isoformat(),
        "status": certificate.status_on(day).value,
        "page": certificate_url(base_url, certificate.number),
        "file": certificate_file_url(base_url, certificate.number),
    }


def _ended(checked: Checked) -> dict[str, Any] | None:
    ending = checked.ending
    if ending is None:
        return None
    return {
        "why": ending.why.value,
        "since": ending.since.isoformat() if ending.since else None,
        "reason": str(wording.SAID.get(ending.reason, ending.reason)) or None,
        "newer": ending.newer or None,
    }


def _extract(checked: Checked) -> dict[str, Any]:
    return {key: checked.extract[key] for key in ("reference", "asked_at", "status", "legal_name")}
