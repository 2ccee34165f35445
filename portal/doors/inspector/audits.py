"""Pages of an inspector's audits: the list, and the overview of one."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.core.calendar import add_working_days
from audits.core.clock import day_of
from audits.correspondence.queries import requests_of
from audits.inspections import queries, services
from audits.inspections.coverage import is_refusal_certain
from audits.inspections.models import Audit
from audits.inspections.repairs import Repairs, repairs_of
from audits.inspections.workflow import AuditState
from audits.people.queries import stands_in_for
from audits.schemes.queries import scheme_of_version
from certificates.documents.queries import find_document
from certificates.documents.stages import DocumentKind
from portal.doors.downloads import attachment, noted_evidence
from portal.doors.inspector import progress
from portal.doors.inspector.case import FIELDWORK, bp, open_case
from portal.forms.form import Form
from portal.settings import current_settings
from portal.stores import database, files
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page


@bp.get("/")
@needs(Permission.AUDIT_CONDUCT)
def home() -> ResponseReturnValue:
    """List the own audits by state."""
    session, actor = database.read(), current_actor()
    page = asked_page()
    found = Page(queries.own_audits(session, actor, page), page, queries.LIST_LIMIT)
    audits = found.rows
    repairs = repairs_of(session, [audit.id for audit in audits])
    return render_template(
        "inspector/home.html",
        found=found,
        groups=_groups(audits, repairs),
        repairs=repairs,
        report_due=_report_due,
        me=actor.id,
        stands_in=stands_in_for(session, actor.id),
        has_figures=bool(current_settings().managers),
    )


@bp.get("/audits/<uuid:audit_id>")
@needs(Permission.AUDIT_CONDUCT)
def show_audit(audit_id: UUID) -> ResponseReturnValue:
    """Show the agency, the samples, the progress, and the possible moves."""
    case = open_case(audit_id, whole_agency=True)
    session = database.read()
    populations = queries.populations_of(session, audit_id)
    in_fieldwork = case.audit.state in FIELDWORK
    found = [] if in_fieldwork else queries.findings_of(session, audit_id)
    drawn = progress.drawn_units(case.scheme, populations)
    done = queries.progress_of(session, audit_id)
    return render_template(
        "inspector/audit.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        populations=populations,
        undrawn=queries.undrawn(case.scheme, {population.unit for population in populations}),
        kinds=progress.by_kind(case.scheme, drawn, done),
        chapters=progress.by_chapter(case.scheme, drawn, done) if in_fieldwork else [],
        findings=found,
        requests=[each for each in requests_of(session, audit_id) if each.is_open] if in_fieldwork else [],
        today=clock.today(),
        refused=is_refusal_certain(case.audit, (finding.grade for finding in found)),
        report=None if in_fieldwork else find_document(session, current_actor(), DocumentKind.AUDIT_REPORT, audit_id),
        report_due=_report_due(case.audit),
        form=Form(),
    )


@bp.post("/audits/<uuid:audit_id>/start")
@needs(Permission.AUDIT_CONDUCT)
def start_audit(audit_id: UUID) -> ResponseReturnValue:
    """Start the fieldwork."""
    with database.write() as session:
        services.start_audit(session, current_actor(), audit_id)
    flash(_("The audit has started. Draw the samples first."), "success")
    return redirect(url_for("inspector.show_audit", audit_id=audit_id), 303)


@bp.post("/audits/<uuid:audit_id>/reveal")
@needs(Permission.AUDIT_CONDUCT)
def reveal_audit(audit_id: UUID) -> ResponseReturnValue:
    """Make an unannounced audit known to the agency."""
    with database.write() as session:
        services.reveal_audit(session, current_actor(), audit_id)
    flash(_("The agency has been told of this audit."), "success")
    return redirect(url_for("inspector.show_audit", audit_id=audit_id), 303)


@bp.get("/audits/<uuid:audit_id>/evidence/<uuid:evidence_id>")
@needs(Permission.AUDIT_CONDUCT)
def download_evidence(audit_id: UUID, evidence_id: UUID) -> ResponseReturnValue:
    """Send a file of evidence of the case."""
    found = queries.get_case_evidence(database.read(), current_actor(), audit_id, evidence_id)
    return noted_evidence(attachment(files.store().get(found.sha256), found.filename, found.media_type), evidence_id)


def _groups(audits: Sequence[Audit], repairs: dict[UUID, Repairs]) -> dict[str, list[Audit]]:
    groups: dict[str, list[Audit]] = {"in_progress": [], "planned": [], "repair": [], "done": []}
    for audit in audits:
        waits = repairs.get(audit.id)
        if audit.state in FIELDWORK:
            groups[audit.state.value].insert(0, audit)  # earliest first
        else:
            groups["repair" if waits and (waits.open or waits.answered) else "done"].append(audit)
    return groups


def _report_due(audit: Audit) -> date | None:
    """Return the deadline of the report for a running audit, or None."""
    if audit.state is not AuditState.IN_PROGRESS or audit.started_at is None:
        return None
    term = scheme_of_version(audit.scheme_version).terms.report_working_days
    return add_working_days(day_of(audit.started_at), term)
