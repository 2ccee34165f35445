"""Every state, role, outcome and status in words: the one place where they are translated."""

from enum import StrEnum

from flask import Flask
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from audits.agencies.wording import country_name
from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.decisions.independence import Bar
from audits.decisions.rules import Outcome, Reason
from audits.inspections.workflow import AuditState, FindingState
from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CertificateState
from portal.language.i18n import current_language

# Pairs, not a dict: members of different enums with the same value are equal as dictionary keys.
LABELS: list[tuple[StrEnum, LazyString]] = [
    (Role.AGENCY_OWNER, _l("Owner of the account")),
    (Role.AGENCY_EDITOR, _l("Editor")),
    (Role.AGENCY_SIGNATORY, _l("Authorised signatory")),
    (Role.INSPECTOR, _l("Inspector")),
    (Role.PLANNER, _l("Planner")),
    (Role.REVIEWER, _l("Reviewer")),
    (Role.DECIDER, _l("Decider")),
    (Role.SCHEME_MANAGER, _l("Scheme manager")),
    (Role.ADMINISTRATOR, _l("Administrator")),
    (Role.SYSTEM, _l("Keurwerk itself")),
    (ApplicationState.DRAFT, _l("In preparation")),
    (ApplicationState.SUBMITTED, _l("Submitted")),
    (ApplicationState.ACCEPTED, _l("Accepted for audit")),
    (ApplicationState.REFUSED, _l("Not taken on")),
    (ApplicationState.WITHDRAWN, _l("Withdrawn by the agency")),
    (ApplicationState.CONCLUDED, _l("Decided")),
    (AuditState.PLANNED, _l("Planned")),
    (AuditState.IN_PROGRESS, _l("In progress")),
    (AuditState.REPORTED, _l("Reported")),
    (AuditState.REVIEWED, _l("Ready for a decision")),
    (AuditState.CONCLUDED, _l("Decided")),
    (AuditState.CANCELLED, _l("Cancelled")),
    (FindingState.OPEN, _l("Open")),
    (FindingState.ANSWERED, _l("Answered, to be checked")),
    (FindingState.CLOSED, _l("Closed")),
    (Outcome.GRANT, _l("Grant the certificate")),
    (Outcome.GRANT_WITH_CONDITIONS, _l("Grant with conditions")),
    (Outcome.REFUSE, _l("Refuse")),
    (Reason.FAILING_FINDING, _l("A finding of a grade that rules out a certificate was made.")),
    (Reason.OPEN_BLOCKING_FINDING, _l("A finding that must be repaired first is still open.")),
    (Reason.SCORE_FAILS, _l("The points of the findings reach the fail line.")),
    (Reason.SCORE_CONDITIONAL, _l("The points of the findings allow only a grant with conditions.")),
    (Bar.TOOK_PART, _l("You took part in this audit. Somebody else must decide.")),
    (Bar.INTEREST, _l("You have declared an interest in this agency. Somebody else must decide.")),
    (CertificateState.ISSUING, _l("Being issued")),
    (CertificateState.ACTIVE, _l("Active")),
    (CertificateState.SUSPENDED, _l("Suspended")),
    (CertificateState.WITHDRAWN, _l("Withdrawn")),
    (CertificateState.REPLACED, _l("Replaced by a newer one")),
    (Status.APPLIED, _l("Applied, not certified")),
    (Status.CERTIFIED, _l("Certified")),
    (Status.CONDITIONAL, _l("Certified with conditions")),
    (Status.SUSPENDED, _l("Suspended")),
    (Status.WITHDRAWN, _l("Withdrawn")),
    (Status.EXPIRED, _l("Expired")),
    (Status.NONE, _l("Not certified")),
]

EVENTS: dict[str, LazyString] = {
    "agency.register": _l("Agency registered"),
    "agency.edit": _l("Details changed"),
    "application.start": _l("Application started"),
    "answer.save": _l("Answer saved"),
    "application.submit": _l("Application submitted"),
    "application.return": _l("Application sent back to the agency"),
    "application.accept": _l("Application accepted"),
    "application.refuse": _l("Application not taken on"),
    "application.withdraw": _l("Application withdrawn by the agency"),
    "application.conclude": _l("Application closed"),
    "audit.plan": _l("Audit planned"),
    "audit.start": _l("Audit started"),
    "audit.freeze": _l("Population fixed and sample drawn"),
    "audit.record": _l("Verdicts recorded"),
    "audit.report": _l("Audit reported"),
    "audit.reopen": _l("Sent back to the inspector"),
    "audit.review": _l("File reviewed"),
    "audit.conclude": _l("File closed"),
    "audit.cancel": _l("Audit cancelled"),
    "finding.answer": _l("Repair of a finding explained"),
    "finding.add_evidence": _l("File added to a repair"),
    "finding.reject": _l("Repair sent back to the agency"),
    "finding.close": _l("Finding closed"),
    "decision.decide": _l("Decision taken"),
    "certificate.number": _l("Certificate numbered"),
    "certificate.issue": _l("Certificate issued"),
    "certificate.suspend": _l("Certificate suspended"),
    "certificate.lift": _l("Suspension lifted"),
    "certificate.withdraw": _l("Certificate withdrawn"),
    "certificate.replace": _l("Certificate replaced by a newer one"),
}

_BY_KEY = {(type(member).__name__, member.value): text for member, text in LABELS}


def label(value: StrEnum) -> str:
    """The word for a state, role, outcome or status, in the reader's language."""
    return str(_BY_KEY[type(value).__name__, value.value])


def event_words(name: str) -> str:
    """What happened, in words; an event without words of its own is shown by its name."""
    return str(EVENTS.get(name, name))


def country(code: str) -> str:
    """A country in the reader's language; `code` is ISO 3166-1 alpha-2."""
    return country_name(code, current_language())


def init_app(app: Flask) -> None:
    """Offer them to the templates."""
    app.jinja_env.filters.update(label=label, event_words=event_words, country=country)
