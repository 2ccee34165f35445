"""Pages of an agency's findings and its corrective actions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.findings.models import Extension
from audits.findings.queries import dispute_of, extensions_of, grade_changes
from audits.findings.queries import list_findings as findings_seen
from audits.findings.rules import latest_extension
from audits.findings.services import ask_extension, dispute_finding, may_be_disputed
from audits.inspections import queries, services
from audits.inspections.coverage import is_refusal_certain
from audits.inspections.models import Finding
from audits.inspections.repairs import draft_of
from audits.inspections.report import told_to_agency
from audits.inspections.rules import attribute_of, questions_now, step_of
from audits.inspections.services.corrective_action import QUESTIONS
from audits.inspections.workflow import FINDING_FLOW, FOR_AGENCY, FOR_INSPECTOR, AuditState, FindingState
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import RepairMethod, SchemeText
from portal.doors import pleading
from portal.doors.agency.door import file_to_remove
from portal.forms import uploads
from portal.forms.fields import (
    UNREMARKED,
    Required,
    date_field,
    false_alarm_field,
    file_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form, refused
from portal.language.i18n import current_language
from portal.language.labels import question_label
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("findings", __name__, url_prefix="/findings")

_NEEDED = _l("Answer this question.")
_SENT = _l("Your answer is with the inspector, who will check it.")
_KEPT = _l("What you wrote is kept. The inspector does not see it before you send it.")


class ExtensionForm(Form):
    """More time for a corrective action."""

    until = date_field(_l("Until when do you need?"), required=_l("Enter the day."))
    reason = textarea_field(_l("Why do you need more time?"), required=_l("Give the reason."), rows=4)


class DisputeForm(Form):
    """Why an agency does not agree with a finding."""

    reason = textarea_field(
        _l("Why do you not agree?"),
        hint=_l("Say what is wrong in the finding, and what shows it. No names of workers."),
        required=_l("Give the reason."),
        max_length=4000,
    )


class AnswerForm(Form):
    """The corrective action on one finding; the scheme words the questions."""

    cause = textarea_field("", required=_NEEDED)
    extent = textarea_field("", required=_NEEDED)
    solution = textarea_field("", required=_NEEDED)
    effectiveness = textarea_field("", required=_NEEDED)
    files = file_field(
        _l("Files that show the repair"),
        hint=_l(
            "PDF, picture, Excel, Word, OpenDocument, CSV, text or mail."
            " No names, citizen numbers or identity papers in them."
        ),
        accept=uploads.ACCEPT,
        multiple=True,
    )
    false_alarm = false_alarm_field()
    is_alarmed = False
    version = version_field()

    def ask(self, method: RepairMethod, state: FindingState, *, whole: bool = True) -> "AnswerForm":
        """Ask what the scheme asks at this step, in its words; error messages then name the question.

        What is not `whole` is kept for later, and may miss anything.
        """
        asked = questions_now(method, state)
        for name in set(QUESTIONS) - {attribute_of(question.code) for question in asked}:
            del self[name]
        for question in asked:
            field, label = self[attribute_of(question.code)], question_label(question)
            field.label.text, field.description = label, question.hint.in_(current_language())
            needed = Required(f"{label}: {_NEEDED}") if whole else UNREMARKED
            field.validators = [needed, *field.validators[1:]]
        return self


@bp.get("/")
@needs(Permission.AUDIT_VIEW)
def list_findings() -> ResponseReturnValue:
    """List all findings of the agency, those of the newest audit first."""
    page = asked_page()
    part = Page(findings_seen(database.read(), current_actor(), page), page, queries.LIST_LIMIT)
    found = part.rows
    schemes = {finding.audit_id: scheme_of_version(finding.audit.scheme_version) for finding in found}
    audits = queries.list_audits(database.read(), current_actor())
    praised = [each for each in audits if each.strengths and each.reported_at]
    return render_template(
        "agency/findings.html",
        found=part,
        schemes=schemes,
        praised=praised,
        reported=[each for each in audits if each.reported_at],
        norms={each.id: scheme_of_version(each.scheme_version) for each in praised},
        today=clock.today(),
        refused=_refused(_weighed(part)),
    )


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
    said = {name: getattr(finding, name) for name in QUESTIONS} | draft_of(database.read(), finding)
    form = AnswerForm(version=finding.version, **said)
    return _page(finding, form.ask(_norm(finding).repair, finding.state))


@bp.post("/<uuid:finding_id>/answer")
@needs(Permission.FINDING_ANSWER)
@uploads.takes_files
def answer_submitted(finding_id: UUID) -> ResponseReturnValue:
    """Submit the corrective action with its files, keep it for later, or remove a file."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    later = request.form.get("then") == "later"
    form = AnswerForm().ask(_norm(finding).repair, finding.state, whole=not later)
    if "remove" in request.form:
        return _remove(finding, form)
    if form.validate_on_submit():
        (_keep if later else _send)(finding, form)
        if not form.complaints:
            flash(_KEPT if later else _SENT, "success")
            return redirect(url_for("agency.findings.show_finding", finding_id=finding_id), 303)
    return refused(_page(finding, form), form)


@bp.get("/<uuid:finding_id>/extension")
@needs(Permission.FINDING_ANSWER)
def extension(finding_id: UUID) -> ResponseReturnValue:
    """Show the form to ask for more time."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    return _extension_page(finding, ExtensionForm())


@bp.post("/<uuid:finding_id>/extension")
@needs(Permission.FINDING_ANSWER)
def extension_submitted(finding_id: UUID) -> ResponseReturnValue:
    """Ask for more time."""
    finding, form = queries.get_finding(database.read(), current_actor(), finding_id), ExtensionForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                ask_extension(
                    session, current_actor(), finding_id, until=form.until.data, reason=form.reason.data or ""
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("We have your request. You get a mail when it is answered."), "success")
            return redirect(url_for("agency.findings.show_finding", finding_id=finding_id), 303)
    return _extension_page(finding, form), 422


@bp.get("/<uuid:finding_id>/dispute")
@needs(Permission.FINDING_ANSWER)
def dispute(finding_id: UUID) -> ResponseReturnValue:
    """Show the form to dispute a finding."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    return _dispute_page(finding, DisputeForm())


@bp.post("/<uuid:finding_id>/dispute")
@needs(Permission.FINDING_ANSWER)
def dispute_submitted(finding_id: UUID) -> ResponseReturnValue:
    """Dispute a finding."""
    finding, form = queries.get_finding(database.read(), current_actor(), finding_id), DisputeForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                dispute_finding(session, current_actor(), finding_id, reason=form.reason.data or "")
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("We have your reasons. Somebody who did not do the audit answers."), "success")
            return redirect(url_for("agency.findings.show_finding", finding_id=finding_id), 303)
    return _dispute_page(finding, form), 422


def _dispute_page(finding: Finding, form: DisputeForm) -> str:
    if not may_be_disputed(finding) or dispute_of(database.read(), finding.id):
        raise IllegalMoveError("The time to dispute this finding is over.")
    return render_template("agency/dispute.html", finding=finding, form=form)


def _extension_page(finding: Finding, form: ExtensionForm) -> str:
    latest = _latest(finding, extensions_of(database.read(), finding.id))
    if latest is None:
        raise IllegalMoveError("The norm allows no more time for this finding.")
    return render_template("agency/extension.html", finding=finding, latest=latest, form=form)


def _send(finding: Finding, form: AnswerForm) -> None:
    """Send what was typed with its files, all or nothing; complain at the fields about what is wrong."""
    try:
        chosen = pleading.accept(form, form.files.data or [], finding.audit.agency)
        with database.write() as session:
            actor = current_actor()
            said = {name: form[name].data for name in QUESTIONS if name in form}
            services.submit_corrective_action(session, actor, finding.id, **said, version=form.version.data or 0)
            for upload in chosen:
                services.add_corrective_action_file(session, actor, finding.id, upload.store(session))
    except RuleError as error:
        form.complain(error)


def _keep(finding: Finding, form: AnswerForm) -> None:
    """Keep what was typed and every file that is all right; complain at the fields about the rest."""
    good, refusals = pleading.sift(form, form.files.data or [], finding.audit.agency)
    try:
        with database.write() as session:
            actor = current_actor()
            said = {name: form[name].data or "" for name in QUESTIONS if name in form}
            services.keep_draft(session, actor, finding.id, said)
            for upload in good:
                services.add_corrective_action_file(session, actor, finding.id, upload.store(session))
    except RuleError as error:
        form.complain(error)
    for refusal in refusals:
        form.complain(refusal)


def _remove(finding: Finding, form: AnswerForm) -> ResponseReturnValue:
    """Remove a file and show the page again with everything typed but not yet sent."""
    with database.write() as session:
        services.remove_corrective_action_file(session, current_actor(), finding.id, file_to_remove())
    flash(_("The file is removed."), "success")
    return _page(finding, form)


def _page(finding: Finding, form: AnswerForm | None) -> str:
    scheme, session = _norm(finding), database.read()
    extensions, disputed = extensions_of(session, finding.id), dispute_of(session, finding.id)
    is_reported = finding.audit.state is not AuditState.IN_PROGRESS
    may_answer = is_reported and finding.state in FINDING_FLOW.waiting_for(Permission.FINDING_ANSWER)
    return render_template(
        "agency/finding_answer.html" if form and may_answer else "agency/finding.html",
        finding=finding,
        audit=finding.audit,
        scheme=scheme,
        requirement=scheme.requirement(finding.requirement_code),
        told=told_to_agency(scheme, finding),
        refused=_refused(queries.findings_of(session, finding.audit_id)),
        files=queries.files_of_finding(session, finding.id),
        rounds=queries.rounds_of(session, finding.id),
        step=step_of(scheme.repair, finding.state),
        extensions=extensions,
        dispute=disputed,
        may_dispute=disputed is None and finding.state in FOR_AGENCY | FOR_INSPECTOR and may_be_disputed(finding),
        extend_until=_latest(finding, extensions),
        may_answer=may_answer and current_actor().has(Permission.FINDING_ANSWER),
        begun=may_answer and bool(draft_of(session, finding)),
        is_reported=is_reported,
        changes=[each for each in grade_changes(session, finding.id) if each.granted],
        form=form,
    )


def _latest(finding: Finding, extensions: list[Extension]) -> date | None:
    """Return the day until which more time can be asked for now, or None."""
    granted = sum(bool(each.granted) for each in extensions)
    waits = any(each.answered_at is None for each in extensions)
    running = finding.due_on is not None and clock.today() <= finding.due_on
    if waits or not running or finding.state not in FOR_AGENCY | FOR_INSPECTOR:
        return None
    return latest_extension(_norm(finding).terms, finding.due_on, granted=granted)


def _weighed(part: Page[Finding]) -> Sequence[Finding]:
    """Return the findings of the audits on a page; of one that goes on on another page, all that count."""
    if not part.previous and not part.next:
        return part.rows
    edges = {part.rows[0].audit_id, part.rows[-1].audit_id} if part.rows else set()
    inside = [each for each in part.rows if each.audit_id not in edges]
    return [*inside, *(each for audit_id in edges for each in queries.findings_of(database.read(), audit_id))]


def _refused(found: Sequence[Finding]) -> list[str]:
    """Return the references of the running audits from which no certificate can follow."""
    running = {f.audit_id: f.audit for f in found if f.audit.state not in {AuditState.CONCLUDED, AuditState.CANCELLED}}
    return [
        audit.reference
        for audit_id, audit in running.items()
        if is_refusal_certain(audit, [f.grade for f in found if f.audit_id == audit_id and f.stands])
    ]


def _norm(finding: Finding) -> SchemeText:
    return scheme_of_version(finding.audit.scheme_version)
