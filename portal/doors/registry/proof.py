"""The sealed proof of a list that was checked: one PDF that holds every answer as JSON. Nobody records it."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from audits.core import clock
from certificates import press
from certificates.documents.stages import DocumentKind
from certificates.register.bulk import Checked, Outcome
from portal.doors.downloads import attachment
from portal.doors.registry.wording import NOT_FOUND
from portal.language.i18n import current_language
from portal.language.labels import label
from portal.printer.client import printer
from portal.settings import current_settings
from portal.signing import sealing

PRINTED = 300
"""So many lines are printed; all of them are in the attached file."""
KIND = DocumentKind.LIST_CHECK


def sealed_list(answers: Mapping[str, Any], results: Sequence[Checked]) -> Response:
    """Print and seal what the register said of a list. BusyError when many ask."""
    now, settings = clock.now(), current_settings()
    data = json.dumps(answers, ensure_ascii=False, indent=1).encode()
    facts = {
        "language": current_language(),
        "reference": f"LP-{now:%Y%m%d}-{base64.b32encode(secrets.token_bytes(5)).decode()}",
        "asked_at": now.astimezone(clock.AMSTERDAM).isoformat(timespec="seconds"),
        "total": len(results),
        "lines": [_line(each) for each in results[:PRINTED]],
        "sha256": hashlib.sha256(data).hexdigest(),
        "body": dict(settings.body),
        "register_url": settings.public_url,
    }
    attached = press.Attached("check.json", data, "application/json", "What the register said of every number")
    sealed = sealing.sealed_document(KIND, facts, at=now, prepare=printer.prepare, attachments=[attached])
    return attachment(sealed, f"{facts['reference']}.pdf", "application/pdf")


def _line(each: Checked) -> dict[str, str]:
    today = clock.today()
    if each.outcome is not Outcome.FOUND:
        words = NOT_FOUND[each.outcome]
        return {"asked": each.asked, "name": "", "number": "", "status": str(words), "since": ""}
    (entry,) = each.entries
    since = entry.since_on(today)
    return {
        "asked": each.asked,
        "name": entry.legal_name,
        "number": entry.certificate_number or "",
        "status": str(label(entry.status_on(today))),
        "since": since.isoformat() if since else "",
    }
