"""The page of an agency: what happened to it, who did that, and what comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from babel.dates import format_date
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies.queries import get_agency, group_of
from audits.core import clock
from audits.core.access import Permission
from audits.core.clock import day_of
from audits.deadlines.queries import open_deadlines
from audits.deadlines.rules import DeadlineKind
from audits.decisions.events import DecisionTaken
from audits.decisions.queries import audits_of_agency, waiting_decision
from audits.findings.queries import to_repair
from audits.inspections.models import Audit, Finding
from audits.inspections.workflow import AuditState, FindingState
from audits.people.queries import deciders_about
from audits.people.trail import Step, trail_of_agency
from audits.schemes.cycle import DecisionKind
from audits.signals.queries import living_signals
from certificates.documents.queries import documents_of_agency
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import certificates_of
from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CURRENT, CertificateState
from portal.doors.office.lanes import Happening, Lane, draw, until
from portal.language.i18n import current_language
from portal.language.labels import event_words, label
from portal.stores import database
from portal.stores.messages import undelivered
from portal.web.access import current_actor, needs

bp = Blueprint("agencies", __name__, url_prefix="/agencies")

GROUPS = {
    "decisions": ("decision", "certificate", "condition"),
    "audits": ("audit",),
    "repair": ("finding",),
    "agency": ("application", "agreement", "agency", "change"),
}
LOOKS = {
    DecisionKind.REFUSE: Status.NONE,
    DecisionKind.GRANT_WITH_CONDITIONS: Status.CONDITIONAL,
    DecisionKind.SUSPEND: Status.SUSPENDED,
    DecisionKind.WITHDRAW: Status.WITHDRAWN,
    DecisionKind.END: Status.ENDED,
}
_STRETCHES = {
    CertificateState.ACTIVE: Status.CERTIFIED,
    CertificateState.PARTLY_SUSPENDED: Status.PARTLY_SUSPENDED,
    CertificateState.SUSPENDED: Status.SUSPENDED,
}
_APPLIED_UNTIL = {"certificate.issue", "application.refuse", "application.withdraw", "application.conclude"}
# A document is shown beside the event that it came from.
DOCUMENTED = {"certificate.issue", "audit.report", DecisionTaken.name}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list of events, in the reader's words. `moved` has the states of the certificate around it."""

    step: Step
    what: str
    moved: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that has its last day ahead."""

    on: date
    what: str


@bp.get("/<uuid:agency_id>")
@needs(Permission.CASES_VIEW)
def show_agency(agency_id: UUID) -> ResponseReturnValue:
    """Show the year of an agency: five lanes, everything that happened, and what comes."""
    session, actor, today = database.read(), current_actor(), clock.today()
    agency = get_agency(session, actor, agency_id)
    steps, audits = trail_of_agency(session, agency_id), audits_of_agency(session, actor, agency_id)
    findings, certificates = to_repair(session, agency_id), certificates_of(session, actor, agency_id)
    newest = certificates[-1] if certificates else None
    happenings = [
        *_certificate(steps, newest, today),
        *_others(steps),
        *_audits(audits),
        *_repairs(audits, findings, today),
    ]
    drawing, group = draw(happenings, today), request.args.get("show", "")
    return render_template(
        "office/agency.html",
        agency=agency,
        newest=newest,
        status=newest.status_on(today) if newest else None,
        drawing=drawing,
        months=[
            (x, _month(day, with_year=place == 0 or day.month == 1)) for place, (x, day) in enumerate(drawing.months)
        ],
        lanes=Lane,
        groups={name: len(_only(steps, name)) for name in GROUPS},
        group=group if group in GROUPS else "",
        everything=len(steps),
        lines=[_line(step) for step in (_only(steps, group) if group in GROUPS else steps)],
        documents=documents_of_agency(session, actor, agency_id),
        documented=DOCUMENTED,
        coming=sorted([*_coming(audits, findings, newest), *_terms(agency_id)], key=lambda each: each.on),
        undelivered=undelivered(session, agency_id),
        deciders=deciders_about(session, agency_id),
        group_stated=group_of(session, agency_id),
        may_plan=actor.has(Permission.AUDIT_PLAN),
        from_authorities=_from_authorities(agency_id),
    )


def _from_authorities(agency_id: UUID) -> int | None:
    """Return how many signals from authorities count today; None for who may not see them."""
    if not current_actor().has(Permission.SIGNAL_VIEW):
        return None
    return living_signals(database.read(), [agency_id], clock.today()).get(agency_id, 0)


def _only(steps: list[Step], group: str) -> list[Step]:
    return [step for step in steps if step.about in GROUPS[group]]


def _line(step: Step) -> Line:
    moved = None
    if step.about == "certificate" and step.before in set(CertificateState):
        moved = label(CertificateState(step.before)), label(CertificateState(step.after))
    decided = step.name == DecisionTaken.name
    return Line(step, label(DecisionKind(step.kind)) if decided else event_words(step.name), moved)


def _month(day: date, *, with_year: bool) -> str:
    return format_date(day, "LLL y" if with_year else "LLL", locale=current_language())


def _application(steps: list[Step], today: date) -> Iterator[Happening]:
    """Yield the time from the first application until it led to a certificate, or to none."""
    asked = [step for step in steps if step.name == "application.submit"]
    ended = [step for step in steps if step.name in _APPLIED_UNTIL]
    if asked:
        end = day_of(ended[-1].when) if ended else today
        yield _bar(day_of(asked[-1].when), end, Status.APPLIED)


def _certificate(steps: list[Step], newest: Certificate | None, today: date) -> Iterator[Happening]:
    """Yield each stretch of a certificate in one state."""
    begun: dict[UUID | None, tuple[date, Status]] = {}
    for step in reversed(steps):
        if step.about != "certificate" or step.after not in set(CertificateState):
            continue
        if step.subject_id in begun:
            since, status = begun.pop(step.subject_id)
            yield _bar(since, day_of(step.when), status)
        if step.after in CURRENT:
            looks = _STRETCHES[CertificateState(step.after)]
            begun[step.subject_id] = day_of(step.when), looks
    for since, status in begun.values():
        yield _bar(since, until(newest.valid_until) if newest else today, status)


def _bar(begin: date, end: date, status: Status) -> Happening:
    return Happening(Lane.CERTIFICATE, begin, status, label(status), end)


def _others(steps: list[Step]) -> Iterator[Happening]:
    """Yield the decisions, and what the agency reported."""
    for step in steps:
        if step.name == DecisionTaken.name:
            kind = DecisionKind(step.kind)
            yield Happening(Lane.DECISIONS, day_of(step.when), LOOKS.get(kind, Status.CERTIFIED), label(kind))
        elif step.about in GROUPS["agency"] and step.who:
            yield Happening(Lane.REPORTED, day_of(step.when), Status.APPLIED, event_words(step.name))


def _audits(audits: list[Audit]) -> Iterator[Happening]:
    for audit in audits:
        end = until(max(day_of(audit.reported_at), audit.planned_on)) if audit.reported_at else until(audit.planned_on)
        look = "cancelled" if audit.state is AuditState.CANCELLED else "audit"
        yield Happening(Lane.AUDITS, audit.planned_on, look, label(audit.kind), end)


def _repairs(audits: list[Audit], findings: list[Finding], today: date) -> Iterator[Happening]:
    """Yield one stretch per audit: from its report until the last of its findings was closed."""
    for audit in audits:
        own = [finding for finding in findings if finding.audit_id == audit.id]
        if not own or not audit.reported_at:
            continue
        still = [finding for finding in own if finding.state is not FindingState.CLOSED]
        closed = [day_of(finding.verified_at) for finding in own if finding.verified_at]
        words = _("%(count)s open", count=len(still)) if still else _("%(count)s closed", count=len(own))
        end = max(today, day_of(audit.reported_at)) if still else max(closed, default=today)
        yield Happening(Lane.REPAIR, day_of(audit.reported_at), "open" if still else "closed", words, until(end))


def _coming(audits: list[Audit], findings: list[Finding], newest: Certificate | None) -> Iterator[Coming]:
    for audit in audits:
        if audit.state is AuditState.PLANNED:
            yield Coming(audit.planned_on, f"{label(audit.kind)}, {audit.reference}")
    for finding in findings:
        if finding.state is not FindingState.CLOSED and finding.due_on:
            yield Coming(finding.due_on, _("%(code)s to be repaired", code=finding.requirement_code))
    if newest and newest.state in CURRENT:
        yield Coming(newest.valid_until, _("Last day of the certificate"))


def _terms(agency_id: UUID) -> Iterator[Coming]:
    """Yield what has a term, and the decision that waits for its day."""
    session = database.read()
    words = {
        DeadlineKind.SURVEILLANCE: _("Surveillance audit at the latest"),
        DeadlineKind.SUSPENSION: _("Lift the suspension or withdraw the certificate"),
        DeadlineKind.SUSPENSION_HEARING: _("Confirm or end the suspension at once"),
        DeadlineKind.CRITICAL_FINDING: _("Decide about a critical finding"),
        DeadlineKind.CONDITION: _("Meet a condition"),
        DeadlineKind.CONDITION_PROOF: _("Judge the proof of a condition"),
    }
    for term in open_deadlines(session, agency_id):
        if term.kind in words:
            yield Coming(term.due_on, words[term.kind])
    if waits := waiting_decision(session, agency_id):
        yield Coming(waits.effective_on, _("%(decision)s: from this day", decision=label(waits.kind)))
