"""Put the history of a case into words: what it is about, which field, and its values."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from audits.applications.workflow import ApplicationState
from audits.changes.workflow import ChangeState
from audits.conditions.workflow import ConditionState
from audits.disputes.workflow import AppealState
from audits.inspections.workflow import AuditState, FindingState
from audits.links.workflow import LinkState
from audits.schemes.text import SchemeText
from audits.worklists.history import Entry
from certificates.lifecycle.workflow import CertificateState
from portal.language import changed
from portal.language.changed import NOTHING, Line
from portal.language.dates import date_text
from portal.language.labels import label

ABOUT: Mapping[str, LazyString] = {
    "account": _l("Accounts"),
    "agency": _l("Agency"),
    "agreement": _l("Agreement"),
    "answer": _l("Answers"),
    "appeal": _l("Appeals"),
    "application": _l("Applications"),
    "audit": _l("Audits"),
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
    "question_remark": _l("Remarks on questions"),
    "tie": _l("Ties with agencies"),
}
_FIELDS: Mapping[str, LazyString] = {
    "state": _l("State"),
    "value": _l("Answer"),
    "code": _l("Question"),
    "requirement": _l("Requirement"),
    "grade": _l("Grade"),
    "inspector": _l("Inspector"),
    "person": _l("Person"),
    "day": _l("Day"),
    "kind": _l("Kind"),
    "number": _l("Number"),
    "note": _l("Note"),
    "unit": _l("Unit"),
    "agency_text": _l("Text for the agency"),
    "granted_until": _l("Granted until"),
    "due_on": _l("Last day"),
    "posted_on": _l("Posted on"),
    "phone": _l("Telephone"),
    "website": _l("Website"),
    "headcount": _l("Number of workers"),
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
_DAYS = {"day", "posted_on", "granted_until", "due_on"}


def about_words(code: str) -> str:
    """Return what something happened to; a code of a newer release is shown as it is."""
    return str(ABOUT.get(code, code))


def lines_of(entry: Entry, scheme: SchemeText) -> list[Line]:
    """Return the fields of an event with what they were and became; of a reported change in the words of its page."""
    if entry.change:
        return changed.lines(entry.change, scheme)
    return [
        Line(_field(each.field), _said(entry, each.field, each.before), _said(entry, each.field, each.after))
        for each in entry.values
    ]


def _field(name: str) -> str:
    return str(_FIELDS.get(name) or changed.field_words(name))


def _said(entry: Entry, field: str, value: Any) -> str:
    if value in (None, "", []):
        return NOTHING
    states = STATES.get(entry.about)
    if field == "state" and states and value in set(states):
        return label(states(value))
    if field in _DAYS and isinstance(value, str):
        return date_text(date.fromisoformat(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
