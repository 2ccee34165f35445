"""Pages of an audit's findings: check the corrective actions, accept or return them."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import queries, services
from audits.inspections.models import Finding
from audits.inspections.workflow import FINDING_FLOW
from audits.schemes.queries import scheme_of_version
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
    return render_template("inspector/findings.html", case=case, audit=case.audit, scheme=case.scheme, findings=found)


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
    moves = {move.name for move in FINDING_FLOW.open_moves(finding.state) if actor.has(move.permission)}
    can_check = finding.audit.inspector_id == actor.id and "close" in moves
    scheme = scheme_of_version(finding.audit.scheme_version)
    session = database.read()
    return render_template(
        "inspector/finding.html",
        finding=finding,
        audit=finding.audit,
        scheme=scheme,
        requirement=scheme.requirement(finding.requirement_code),
        files=queries.files_of_finding(session, finding.id),
        earlier=queries.rounds_of(session, finding.id)[1:],
        form=form if can_check else None,
        weighing=weigh(finding, filled=weighed),
    )
