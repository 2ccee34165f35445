"""What the start page of an agency tells of its case: what it waits for, until when, its course, what can be read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.calendar import working_days_between
from audits.core.clock import day_of
from audits.decisions.models import Decision
from audits.inspections.models import Audit
from audits.inspections.repairs import Repairs
from audits.inspections.workflow import AuditState
from certificates.documents.models import Document
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.models import Certificate
from portal.language.labels import label

NAMES = {
    DocumentKind.CERTIFICATE: _l("Certificate"),
    DocumentKind.AUDIT_REPORT: _l("Audit report"),
    DocumentKind.REPORT_DRAFT: _l("Draft of the audit report"),
    DocumentKind.DECISION_LETTER: _l("Decision letter"),
    DocumentKind.TERM_LETTER: _l("Letter"),
    DocumentKind.SUBMISSION_RECEIPT: _l("Receipt of what you sent"),
}

MOST_PAPERS = 8  # on the start page; the others are on the page of letters


@dataclass(frozen=True, slots=True)
class Step:
    """Something that must be done; `mine` tells whether the agency must, `who` says whose turn it is."""

    text: str
    href: str
    hint: str
    mine: bool
    who: str
    due_on: date | None = None

    @property
    def days_left(self) -> int | None:
        """Return the working days until its last day, negative once that is over."""
        return None if self.due_on is None else working_days_between(clock.today(), self.due_on)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in the course of a case, past or to come."""

    when: date
    what: str
    why: str = ""

    @property
    def is_ahead(self) -> bool:
        """Return whether it is still to come."""
        return self.when > clock.today()


def step_now(application: Application, audit: Audit | None, repairs: Repairs | None, until: date | None,
             done: tuple[int, int], *, left: int = 0) -> Step | None:  # fmt: skip
    """Return the step that the case of an agency waits for, or None once it is over.

    `until` is its last day, `done` how many questions of how many are answered, `left` how many came back and are open.
    """
    you, us = _("Your turn"), _("Our turn")
    to_case = url_for("agency.application", application_id=application.id)
    match application.state:
        case ApplicationState.DRAFT:
            hint = _("Answered: %(done)s of %(total)s questions.", done=done[0], total=done[1])
            if application.submitted_at is None:
                return Step(_("Fill in the self-assessment"), to_case, hint, mine=True, who=you)
            hint = _("Questions that came back and are open: %(count)s.", count=left) if left else hint
            return Step(_("Complete your application"), to_case, hint, mine=True, who=you, due_on=until)
        case ApplicationState.SUBMITTED:
            hint = _("We look whether it is complete.")
            return Step(_("Review of your application"), to_case, hint, mine=False, who=us, due_on=until)
        case ApplicationState.ACCEPTED:
            return _step_of_audit(audit, repairs, to_case)
        case _:
            return None


def moments(application: Application, audit: Audit | None, decision: Decision | None,
            certificate: Certificate | None) -> list[Moment]:  # fmt: skip
    """Return the course of a case, the latest moment first."""
    found = [Moment(day_of(application.created_at), _("Application started"), application.reference)]
    if application.submitted_at:
        said = _("Declared by %(name)s.", name=application.declared_name) if application.declared_name else ""
        found.append(Moment(day_of(application.submitted_at), _("Application sent"), said))
    if application.reviewed_at:
        found.append(Moment(day_of(application.reviewed_at), _("Application looked at by us"), ""))
    if audit:
        first = day_of(audit.started_at) if audit.started_at else audit.planned_on
        found.append(Moment(first, _("First day of the audit"), audit.inspector.name))
        if audit.reported_at:
            found.append(Moment(day_of(audit.reported_at), _("Report of the audit"), audit.reference))
    if decision:
        found.append(Moment(day_of(decision.decided_at), label(decision.kind), ""))
    if certificate:
        found.append(Moment(certificate.valid_until, _("Certificate ends"), certificate.number))
    return sorted(found, key=lambda each: each.when)[::-1]


def papers(documents: Iterable[Document], titles: Mapping[UUID, str]) -> list[dict[str, str | date]]:
    """Return what there is to read, the newest first. Letters have `titles`, by the id of what they are about."""
    known = [each for each in documents if DocumentKind(each.kind) in NAMES]
    newest = sorted(known, key=lambda each: each.created_at, reverse=True)[:MOST_PAPERS]
    return [
        {
            "name": titles.get(each.subject_id, str(NAMES[DocumentKind(each.kind)])),
            "href": url_for("files.document", document_id=each.id),
            "day": each.created_at,
        }
        for each in newest
    ]


def _step_of_audit(audit: Audit | None, repairs: Repairs | None, to_case: str) -> Step:
    findings = url_for("agency.findings.list_findings")
    if audit is None or not audit.reported_at:
        hint = _("An inspector makes an appointment, or comes unannounced.")
        day = audit.planned_on if audit and audit.state is AuditState.PLANNED else None
        return Step(_("Audit"), to_case, hint, mine=False, who=_("Turn of the inspector"), due_on=day)
    if repairs and repairs.open:
        hint = _("Findings that you must still repair: %(count)s.", count=repairs.open)
        return Step(_("Repair what was found"), findings, hint, mine=True, who=_("Your turn"), due_on=repairs.due_on)
    if repairs and repairs.answered:
        hint = _("The inspector reads your answers.")
        return Step(_("Check of your repair"), findings, hint, mine=False, who=_("Turn of the inspector"))
    hint = _("Somebody who took no part in the audit decides.")
    return Step(_("Decision"), findings, hint, mine=False, who=_("Our turn"))
