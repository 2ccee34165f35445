"""Turn facts into final texts, so that templates only place them.

Only certificates and register extracts are phrased: typesetter and compiled press must set the same texts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from audits.agencies.rules import ScopeInWords
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.rules import STATUSES, Status
from certificates.press.words import Words, grouped

_DIGEST = 32  # hex digits that people compare by eye
_SIZES = ((240, "whole"), (90, "longest"), (48, "longer"), (26, "long"))


def phrased(kind: str, facts: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the variables of the template: the facts, or the phrases where the kind has them."""
    phrase = PHRASES.get(kind)
    return phrase(facts, words) if phrase else dict(facts)


def _certificate(facts: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return _common(facts) | {
        "number": facts["number"],
        "sites": words.number(facts["sites"]),
        "decision": f"{words.day(facts['decided_on'])}, {facts['decided_by']}",
        "valid_from": words.day(facts["valid_from"]),
        "valid_until": words.day(facts["valid_until"]),
        "conditional": facts["conditional"],
    }


def _register_extract(facts: Mapping[str, Any], words: Words) -> dict[str, Any]:
    moment = datetime.fromisoformat(facts["asked_at"])
    return _common(facts) | {
        "reference": facts["reference"],
        "asked_on": words.day(facts["asked_at"]),
        "asked_time": f"{moment:%H:%M:%S} ({_zone(moment)})",
        "status": facts["status"],
        "status_label": facts["status_label"],
        "sentence": STATUSES[Status(facts["status"])].sentence,
        "since": _day(facts["since"], words),
        "reason": facts["reason"],
        "certificate_number": facts["certificate_number"] or "",
        "valid_from": _day(facts["valid_from"], words),
        "valid_until": _day(facts["valid_until"], words),
    }


def _town(seat: Mapping[str, str]) -> str:
    # Without a certificate the register has only the town of an agency, not its street.
    return f"{seat['postcode']} {seat['city']}".strip()


def _common(facts: Mapping[str, Any]) -> dict[str, Any]:
    seat, norm, name = facts["seat"], facts["norm"], facts["legal_name"]
    return {
        "legal_name": name,
        "holder_size": next((size for length, size in _SIZES if len(name) > length), ""),
        "register_label": facts["register_label"],
        "register_number": facts["register_number"],
        "seat": ", ".join(
            filter(None, (seat["street"], f"{seat['postcode']} {seat['city']}".strip(), seat["country"]))
        ),
        "trade_names": "\u00a0· ".join(facts["trade_names"]),
        **_scope(facts),
        "condition": facts["conditions"][0] if len(facts["conditions"]) == 1 else "",
        "conditions": facts["conditions"],
        "norm": norm and {**norm, "sha256": grouped(norm["sha256"])},
        "excludes": "; ".join(facts["excludes"]),
        "body": facts["body"],
        "register_url": facts["register_url"],
        "digest": facts["digest"],
        "digest_words": grouped(facts["digest"], _DIGEST),
    }


def _scope(facts: Mapping[str, Any]) -> dict[str, Any]:
    stated = {name: facts[name] for name in ScopeInWords.__annotations__}
    return {name: ", ".join(value) if isinstance(value, list) else value for name, value in stated.items()}


def _day(value: str | None, words: Words) -> str:
    return words.day(value) if value else ""


def _zone(moment: datetime) -> str:
    """Format the UTC offset: UTC, UTC+1, UTC+5:30."""
    offset = moment.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    if not offset:
        return "UTC"
    return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


PHRASES: dict[str, Callable[[Mapping[str, Any], Words], dict[str, Any]]] = {
    DocumentKind.CERTIFICATE: _certificate,
    DocumentKind.REGISTER_EXTRACT: _register_extract,
}
"""The kinds whose templates get phrases instead of facts."""
