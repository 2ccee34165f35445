"""Pages of an agency's findings and its corrective actions."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.findings.queries import grade_changes
from audits.inspections import queries, services
from audits.inspections.models import Finding
from audits.inspections.report import told_to_agency
from audits.inspections.rules import attribute_of
from audits.inspections.workflow import FINDING_FLOW, AuditState
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import RepairMethod, SchemeText
from portal.forms import uploads
from portal.forms.fields import (
    Required,
    file_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form, refused
from portal.language.i18n import current_language
from portal.language.labels import question_label
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("findings", __name__, url_prefix="/findings")

_NEEDED = _l("Answer this question.")


class AnswerForm(Form):
    """The corrective action on one finding; the scheme words the questions."""

    cause = textarea_field("", required=_NEEDED)
    extent = textarea_field("", required=_NEEDED)
    solution = textarea_field("", required=_NEEDED)
    effectiveness = textarea_field("", required=_NEEDED)
    files = file_field(
        _l("Files that show the repair"),
        hint=_l("PDF, PNG or JPEG. No names, citizen numbers or identity papers in them."),
        accept=uploads.ACCEPT,
        multiple=True,
    )
    version = version_field()

    def ask(self, method: RepairMethod) -> "AnswerForm":
        """Set the labels from the scheme; error messages then name the question."""
        for question in method.questions:
            field, label = self[attribute_of(question.code)], question_label(question)
            field.label.text, field.description = label, question.hint.in_(current_language())
            field.validators = [Required(f"{label}: {_NEEDED}"), *field.validators[1:]]
        return self


@bp.get("/")
@needs(Permission.AUDIT_VIEW)
def list_findings() -> ResponseReturnValue:
    """List all findings of the agency, those of the newest audit first."""
    found = queries.list_findings(database.read(), current_actor())
    schemes = {finding.audit_id: scheme_of_version(finding.audit.scheme_version) for finding in found}
    return render_template("agency/findings.html", findings=found, schemes=schemes)


@bp.get("/<uuid:finding_id>")
@needs(Permission.AUDIT_VIEW)
def show_finding(finding_id: UUID) -> ResponseReturnValue:
    """Show one finding: observation, deadline, and the inspector's response."""
    return _page(queries.get_finding(database.read(), current_actor(), finding_id), None)


@bp.get("/<uuid:finding_id>/answer")
@needs(Permission.FINDING_ANSWER)
def answer(finding_id: UUID) -> ResponseReturnValue:
    """Show the questions about the corrective action."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    return _page(finding, AnswerForm(obj=finding).ask(_norm(finding).repair))


@bp.post("/<uuid:finding_id>/answer")
@needs(Permission.FINDING_ANSWER)
@uploads.takes_files
def answer_submitted(finding_id: UUID) -> ResponseReturnValue:
    """Submit the corrective action with its files, or remove a file."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    form = AnswerForm().ask(_norm(finding).repair)
    if "remove" in request.form:
        return _remove(finding, form)
    if form.validate_on_submit():
        try:
            _send(finding_id, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Your answer is with the inspector, who will check it."), "success")
            return redirect(url_for("agency.findings.show_finding", finding_id=finding_id), 303)
    return refused(_page(finding, form), form)


def _send(finding_id: UUID, form: AnswerForm) -> None:
    chosen = uploads.accept(form.files.data or [])
    with database.write() as session:
        actor = current_actor()
        services.submit_corrective_action(
            session,
            actor,
            finding_id,
            cause=form.cause.data,
            extent=form.extent.data,
            solution=form.solution.data,
            effectiveness=form.effectiveness.data,
            version=form.version.data or 0,
        )
        for upload in chosen:
            services.add_corrective_action_file(session, actor, finding_id, upload.store(session))


def _remove(finding: Finding, form: AnswerForm) -> ResponseReturnValue:
    """Remove a file and show the page again with everything typed but not yet sent."""
    try:
        evidence_id = UUID(request.form["remove"])
    except ValueError:
        abort(404)
    with database.write() as session:
        services.remove_corrective_action_file(session, current_actor(), finding.id, evidence_id)
    flash(_("The file is removed."), "success")
    return _page(finding, form)


def _page(finding: Finding, form: AnswerForm | None) -> str:
    scheme, session = _norm(finding), database.read()
    is_reported = finding.audit.state is not AuditState.IN_PROGRESS
    may_answer = is_reported and finding.state in FINDING_FLOW.waiting_for(Permission.FINDING_ANSWER)
    return render_template(
        "agency/finding_answer.html" if form and may_answer else "agency/finding.html",
        finding=finding,
        audit=finding.audit,
        scheme=scheme,
        requirement=scheme.requirement(finding.requirement_code),
        told=told_to_agency(scheme, finding),
        files=queries.files_of_finding(session, finding.id),
        earlier=queries.rounds_of(session, finding.id)[1:],
        may_answer=may_answer and current_actor().has(Permission.FINDING_ANSWER),
        is_reported=is_reported,
        changes=[each for each in grade_changes(session, finding.id) if each.granted],
        form=form,
    )


def _norm(finding: Finding) -> SchemeText:
    return scheme_of_version(finding.audit.scheme_version)
