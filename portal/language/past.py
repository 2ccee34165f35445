"""Put the history of a case into words: what it is about, which field, and its values."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, get_args, get_type_hints

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications.personal import Personal
from audits.applications.workflow import ApplicationState
from audits.changes.rules import Consequence
from audits.changes.workflow import ChangeState
from audits.conditions.workflow import ConditionState
from audits.core.events import KINDS
from audits.disputes.workflow import AppealState
from audits.inspections.workflow import AuditState, FindingState
from audits.links.workflow import LinkState
from audits.schemes.text import SchemeText
from audits.worklists.history import Entry
from certificates.lifecycle.workflow import CertificateState
from portal.language import changed
from portal.language.changed import NOTHING, Line
from portal.language.competences import demand_words
from portal.language.dates import date_text
from portal.language.i18n import current_language
from portal.language.labels import label

ABOUT: Mapping[str, LazyString] = {
    "account": _l("Accounts"),
    "agency": _l("Agency"),
    "agreement": _l("Agreement"),
    "answer": _l("Answers"),
    "appeal": _l("Appeals"),
    "application": _l("Applications"),
    "audit": _l("Audits"),
    "audit_plan": _l("Plans of audits"),
    "branch": _l("Branches"),
    "case_message": _l("Messages"),
    "certificate": _l("Certificates"),
    "change": _l("Reported changes"),
    "complaint": _l("Complaints and signals"),
    "condition": _l("Conditions"),
    "contact": _l("Contact persons"),
    "controller": _l("Persons in control"),
    "decision": _l("Decisions"),
    "decision_proposal": _l("Proposed decisions"),
    "evidence": _l("Evidence"),
    "evidence_request": _l("Files and answers asked of the agency"),
    "file_plea": _l("Files that agencies ask us to take"),
    "finding": _l("Findings"),
    "group": _l("Group of companies"),
    "letter": _l("Letters"),
    "link_report": _l("Links to other agencies"),
    "person": _l("People"),
    "proposed_day": _l("Days that an agency proposes"),
    "question_remark": _l("Remarks on questions"),
    "team_objection": _l("Objections to the team"),
    "tie": _l("Ties with agencies"),
}
_FIELDS: Mapping[str, LazyString] = {
    "agency_text": _l("Text for the agency"),
    "agrees": _l("Agrees"),
    "algorithm": _l("Way of drawing"),
    "announced": _l("Announced"),
    "answer": _l("Answer"),
    "beds": _l("Beds per house"),
    "bulk": _l("One verdict for all of them"),
    "caption": _l("Caption"),
    "code": _l("Question"),
    "compared": _l("Agencies compared"),
    "conflicts": _l("Verdicts that differ"),
    "consequences": _l("Consequences"),
    "day": _l("Day"),
    "deputy": _l("Deputy"),
    "draft": _l("Number of the draft"),
    "drawn": _l("Drawn"),
    "due_on": _l("Last day"),
    "entries": _l("Entries"),
    "explained": _l("With an explanation"),
    "extent": _l("Extent"),
    "extent_reason": _l("Reason for the extent"),
    "files": _l("Number of files"),
    "findings": _l("Findings"),
    "first_day": _l("First day"),
    "grade": _l("Grade"),
    "granted": _l("Let in"),
    "granted_until": _l("Granted until"),
    "headcount": _l("Number of workers"),
    "inspector": _l("Inspector"),
    "items": _l("Scope"),
    "kind": _l("Kind"),
    "kinds": _l("What was found"),
    "lacks": _l("Missing competences"),
    "last_day": _l("Last day"),
    "missing": _l("Entries that are missing"),
    "note": _l("Note"),
    "number": _l("Number"),
    "occasion": _l("Occasion"),
    "person": _l("Person"),
    "phone": _l("Telephone"),
    "population": _l("Length of the list"),
    "posted_on": _l("Posted on"),
    "reference": _l("Reference"),
    "replaced": _l("Instead of"),
    "requirement": _l("Requirement"),
    "risks": _l("Risks"),
    "role": _l("Role"),
    "roles": _l("Roles"),
    "rows": _l("Number of rows"),
    "section": _l("Part of the details"),
    "sign": _l("Sign"),
    "signs": _l("Signs"),
    "shown": _l("In the report"),
    "source": _l("Source"),
    "state": _l("State"),
    "text": _l("Text"),
    "unit": _l("Unit"),
    "units": _l("Number of units"),
    "until": _l("Last day"),
    "value": _l("Answer"),
    "verdict": _l("Verdict"),
    "version": _l("Version"),
    "website": _l("Website"),
    "why": _l("Reason"),
}
STATES: Mapping[str, type[StrEnum]] = {
    "application": ApplicationState,
    "audit": AuditState,
    "finding": FindingState,
    "certificate": CertificateState,
    "appeal": AppealState,
    "change": ChangeState,
    "condition": ConditionState,
    "link_report": LinkState,
}


def about_words(code: str) -> str:
    """Return what something happened to; a code of a newer release is shown as it is."""
    return str(ABOUT.get(code, code))


def lines_of(entry: Entry, scheme: SchemeText) -> list[Line]:
    """Return the fields of an event with what they were and became; of a reported change in the words of its page.

    Fields with the same values, such as the verdicts on many units, share a line.
    """
    if entry.change:
        return changed.lines(entry.change, scheme)
    lines: dict[tuple[str, str], list[str]] = {}
    for each in entry.values:
        both = _said(entry, each.field, each.before, scheme), _said(entry, each.field, each.after, scheme)
        lines.setdefault(both, []).append(_unit(each.field, scheme) or field_name(each.field))
    return [Line(", ".join(names), *both) for both, names in lines.items()]


def field_name(name: str) -> str:
    """Return a field of an event in words; a reference of a unit, and a field of a newer release, as it is."""
    return str(_FIELDS.get(name) or changed.field_words(name))


def _said(entry: Entry, field: str, value: Any, scheme: SchemeText) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_said(entry, field, each, scheme) for each in value if each not in (None, ""))
    return _word(entry, field, str(value), scheme)


def _word(entry: Entry, field: str, value: str, scheme: SchemeText) -> str:
    kind = type_of(entry.name, field)
    if kind is date:
        return date_text(date.fromisoformat(value))
    if kind and value in set(kind):
        return label(kind(value))
    if field == "items":
        return changed.item_words(value, scheme)
    if field == "consequences" and value in set(Consequence):
        return label(Consequence(value))
    return _coded(field, value, scheme)


def _coded(field: str, value: str, scheme: SchemeText) -> str:
    """Return a code of the norm, of what was found in a file or is missing, in words; another text as it is."""
    if field == "kinds" and value in set(Personal):
        return label(Personal(value))
    if field == "lacks":
        return demand_words(value, scheme.sectors)
    if field == "unit":
        return _unit(value, scheme) or value
    named = scheme.severities if field == "grade" else scheme.verdicts
    return str(named[value].name.in_(current_language())) if value in named else value


def _unit(code: str, scheme: SchemeText) -> str:
    """Return the name of a kind of unit; nothing for other codes. The agency as a unit has that of its kind."""
    return str(scheme.units[code].name.in_(current_language())) if code in scheme.units else ""


@lru_cache
def type_of(event: str, field: str) -> Any:
    """Return the enum, or `date`, whose values a field of a kind of event has; None for texts, numbers and codes."""
    if event not in KINDS:
        return None
    hint = get_type_hints(KINDS[event]).get("after" if field == "state" else field)
    for each in (hint, *get_args(hint)):
        if each is date or (isinstance(each, type) and issubclass(each, StrEnum) and each is not StrEnum):
            return each
    return STATES.get(event.partition(".")[0]) if field == "state" else None
