"""The content of a letter with the plan of an audit: plain values, in the language of the agency."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from audits.agencies.wording import holder_facts
from audits.core import clock
from audits.correspondence.plans import differences
from audits.inspections.coverage import scope_looked_at
from audits.inspections.models import Audit
from audits.inspections.planning import covers_all
from audits.schemes.queries import with_cycle
from audits.worklists.letters import PlanLetter, plan_text
from certificates.letters.facts import language_of_agency


def plan_letter_facts(
    session: Session,
    audit: Audit,
    content: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    *,
    number: str,
    body: Mapping[str, str],
) -> dict[str, Any]:
    """Return the content of a letter, with the fields of `certificates.press.documents.TermLetterFacts`.

    `content` is the plan, as `SentPlan` keeps it, and `before` the one that was sent last.
    """
    language = language_of_agency(session, audit.agency_id)
    which = PlanLetter.CHANGED if before else PlanLetter.FIRST
    said = plan_text(which, language)
    return {
        "language": language,
        "number": number,
        "agency": holder_facts(audit.agency, language),
        "kind": "audit_plan",
        "moment": which.value,
        "written_on": clock.today().isoformat(),
        "title": said.title,
        "text": list(said.text),
        "items": [],
        "plan": _plan(audit, content, before, language),
        "after": list(said.after),
        "body": dict(body),
    }


def _plan(audit: Audit, content: Mapping[str, Any], before: Mapping[str, Any] | None, language: str) -> dict[str, Any]:
    scheme, scope = with_cycle(audit.scheme_version), scope_looked_at(audit)
    days = content["days"] or [[content["first_day"], "", "", ""]]
    named = [(scope.activities, scheme.activities), (scope.sectors, scheme.sectors)]
    return {
        "reference": audit.reference,
        "norm": f"{scheme.title.in_(language)} {scheme.version}",
        "whole": covers_all(scheme, audit.kind),
        "scope": [words[code].in_(language) if code in words else code for codes, words in named for code in codes],
        "lists": [
            unit.plural.in_(language) for unit in scheme.units.values() if not (unit.is_agency or unit.confidential)
        ],
        "first_day": content["first_day"],
        "opening": {"day": days[0][0], "place": days[0][1]},
        "closing": {"day": days[-1][0], "place": days[-1][1]},
        "days": [_day(each) for each in content["days"]],
        "team": [_person(each) for each in content["team"]],
        "changed": _changed(differences(dict(before), dict(content))) if before else None,
    }


def _changed(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "first_day": found["first_day"],
        **{name: [_day(each) for each in found[name]] for name in ("days_added", "days_dropped")},
        **{name: [_person(each) for each in found[name]] for name in ("joined", "left")},
    }


def _day(row: list[str]) -> dict[str, str]:
    return dict(zip(("day", "place", "who", "hours"), row, strict=True))


def _person(row: list[str]) -> dict[str, str]:
    return dict(zip(("name", "role"), row, strict=True))
