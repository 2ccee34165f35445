"""Convert the parts of a scheme about the cycle, once they are checked, into frozen values. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from audits.core.canonical import canonical
from audits.schemes.cycle import (
    Agreement,
    AppealRules,
    AuditKind,
    AuditRules,
    AuditTime,
    Cover,
    Cycle,
    DecisionKind,
    Duty,
    Ground,
    HoursStep,
    Independence,
    Judged,
    ListSource,
    Measure,
    Priority,
    Risk,
    Selection,
    SurveillanceVisit,
    Transition,
    Weight,
)
from audits.schemes.words import table_of, text_of, texts_of

Plain = Mapping[str, Any]


def cycle_of(plain: Plain) -> Cycle:
    """Return the cycle of a scheme of edition 2."""
    return Cycle(
        risks=table_of(plain["risks"], _risk),
        audits=_audits(plain["audits"]),
        surveillance=tuple(SurveillanceVisit(**visit) for visit in plain["surveillance"]),
        audit_time=_audit_time(plain["audit_time"]),
        grounds=table_of(plain["grounds"], _ground),
        independence=Independence(**plain["independence"]),
        agreement=_agreement(plain["agreement"]),
        transition=tuple(map(_transition, plain["transition"])),
        list_sources=table_of(plain["list_sources"], _list_source),
        replacement_reasons=texts_of(plain["sampling"]["replacement_reasons"]),
        priority=_priority(plain["priority"]) if "priority" in plain else None,
        appeal=_appeal(plain.get("appeal", {})),
    )


def _appeal(plain: Plain) -> AppealRules:
    held_back = frozenset(map(DecisionKind, plain.get("holds_back", ())))
    return AppealRules(**{**plain, "holds_back": held_back})


def _risk(code: str, plain: Plain) -> Risk:
    chapters, requirements = plain.get("chapters", ()), plain.get("requirements", ())
    return Risk(code, text_of(plain["name"]), tuple(chapters), tuple(requirements))


def _audits(plain: Plain) -> Mapping[AuditKind, AuditRules]:
    kinds = ((AuditKind(code), item) for code, item in plain.items())
    return MappingProxyType({kind: _audit(kind, item) for kind, item in kinds})


def _audit(kind: AuditKind, plain: Plain) -> AuditRules:
    return AuditRules(
        kind=kind,
        name=text_of(plain["name"]),
        judged=Judged(plain["judged"]),
        time_share=Decimal(plain["time_share"]),
        covers=tuple(map(_cover, plain["covers"])),
    )


def _cover(plain: Plain) -> Cover:
    (selection,) = set(plain) - {"reason"}
    codes = plain[selection]
    return Cover(text_of(plain["reason"]), Selection(selection), tuple(codes) if isinstance(codes, list) else ())


def _audit_time(plain: Plain) -> AuditTime:
    return AuditTime(
        by_workers=tuple(HoursStep(step["up_to"], Decimal(step["hours"])) for step in plain["by_workers"]),
        per_unit=table_of(plain["per_unit"], lambda _, hours: Decimal(hours)),
        per_site=Decimal(plain["per_site"]),
        per_risk=table_of(plain["per_risk"], lambda _, hours: Decimal(hours)),
        least_hours=Decimal(plain["least_hours"]),
        deviation=Decimal(plain["deviation"]),
    )


def _priority(plain: Plain) -> Priority:
    weights = {Measure(code): _weight(item) for code, item in plain["weights"].items()}
    return Priority(plain["soon_days"], plain["within_months"], MappingProxyType(weights))


def _weight(plain: Plain) -> Weight:
    return Weight(text_of(plain["name"]), Decimal(plain["each"]), Decimal(plain["most"]))


def _ground(code: str, plain: Plain) -> Ground:
    decisions = frozenset(map(DecisionKind, plain["decisions"]))
    return Ground(code, text_of(plain["text"]), decisions, plain["serious"])


def _agreement(plain: Plain) -> Agreement:
    return Agreement(
        version=plain["version"],
        sha256=hashlib.sha256(canonical(plain)).hexdigest(),
        title=text_of(plain["title"]),
        introduction=text_of(plain["introduction"]),
        duties=tuple(
            Duty(code, text_of(duty["title"]), text_of(duty["text"])) for code, duty in plain["duties"].items()
        ),
    )


def _transition(plain: Plain) -> Transition:
    until = plain["cases_until"]
    return Transition(
        from_version=plain["from"],
        renewals_from=date.fromisoformat(plain["renewals_from"]),
        cases_until=None if until is None else date.fromisoformat(until),
        renamed=table_of(plain["renamed"], lambda _, code: str(code)),
        explanation=text_of(plain["explanation"]),
        split=table_of(plain.get("split", {}), lambda _, codes: tuple(codes)),
    )


def _list_source(code: str, plain: Plain) -> ListSource:
    return ListSource(code, text_of(plain["name"]), plain["independent"])
