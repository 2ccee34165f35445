"""Pages of an audit's findings: check the corrective actions, accept or return them."""

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.core.calendar import add_working_days
from audits.core.errors import RuleError
from audits.findings.queries import dispute_of, extensions_of
from audits.inspections import queries, services
from audits.inspections.assignment import hand_in
from audits.inspections.models import Finding
from audits.inspections.rules import step_of
from audits.inspections.workflow import FOR_INSPECTOR, AuditState
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import RepairStep, SchemeText
from portal.doors.inspector.case import bp, open_case
from portal.doors.inspector.forms import CheckForm
from portal.doors.weighing import GradeAnswerForm, ProposalForm, weigh, weigh_submitted
from portal.stores import database
from portal.web.access import current_actor, needs

CHECKS = {"close": services.accept_corrective_action, "reject": services.return_corrective_action}


@bp.get("/audits/<uuid:audit_id>/findings")
@needs(Permission.AUDIT_CONDUCT)
def list_findings(audit_id: UUID) -> ResponseReturnValue:
    """List the findings of one audit with their deadlines and answers."""
    case = open_case(audit_id)
    found = queries.findings_of(database.read(), audit_id)
    return render_template(
        "inspector/findings.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        findings=found,
        today=clock.today(),
    )


@bp.get("/findings/<uuid:finding_id>")
@needs(Permission.AUDIT_CONDUCT)
def show_finding(finding_id: UUID) -> ResponseReturnValue:
    """Show one finding, its corrective action, and the form to check it."""
    return _page(queries.get_finding(database.read(), current_actor(), finding_id), CheckForm())


@bp.post("/findings/<uuid:finding_id>")
@needs(Permission.AUDIT_CONDUCT)
def check_finding(finding_id: UUID) -> ResponseReturnValue:
    """Accept or return the corrective action, depending on the button."""
    form = CheckForm()
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    audit_id = finding.audit_id
    check = CHECKS["close" if "close" in request.form else "reject"]
    if form.validate_on_submit():
        try:
            with database.write() as session:
                check(session, current_actor(), finding_id, note=form.note.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The agency has been told."), "success")
            return redirect(url_for("inspector.list_findings", audit_id=audit_id), 303)
    return _page(finding, form), 422


@bp.post("/findings/<uuid:finding_id>/grade")
@needs(Permission.AUDIT_CONDUCT)
def weigh_finding(finding_id: UUID) -> ResponseReturnValue:
    """Propose another grade, or answer a reviewer who proposed one."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    if refused := weigh_submitted(finding):
        return _page(finding, CheckForm(formdata=None), refused), 422
    flash(_("Done. It is in the file."), "success")
    return redirect(url_for("inspector.show_finding", finding_id=finding_id), 303)


def _page(finding: Finding, form: CheckForm, weighed: ProposalForm | GradeAnswerForm | None = None) -> str:
    actor = current_actor()
    is_own = hand_in(database.read(), actor, finding.audit).leads and actor.has(Permission.AUDIT_CONDUCT)
    can_check = is_own and finding.state in FOR_INSPECTOR and finding.audit.state is not AuditState.IN_PROGRESS
    scheme = scheme_of_version(finding.audit.scheme_version)
    session = database.read()
    return render_template(
        "inspector/finding.html",
        finding=finding,
        audit=finding.audit,
        scheme=scheme,
        requirement=scheme.requirement(finding.requirement_code),
        files=queries.files_of_finding(session, finding.id),
        rounds=queries.rounds_of(session, finding.id),
        extensions=extensions_of(session, finding.id),
        dispute=dispute_of(session, finding.id),
        is_plan=step_of(scheme.repair, finding.state) is RepairStep.PLAN,
        check_by=_check_by(finding, scheme),
        form=form if can_check else None,
        weighing=weigh(finding, filled=weighed),
    )


def _check_by(finding: Finding, scheme: SchemeText) -> date | None:
    """Return the day by which the inspector answers the round that waits, if the scheme names a term."""
    term = scheme.terms.corrective_check_working_days
    if term is None or finding.answered_at is None or finding.state not in FOR_INSPECTOR:
        return None
    return add_working_days(clock.day_of(finding.answered_at), term)
