"""Pages of an inspector on the way to the report: how the visit went, the draft, and the comments of the agency."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import services
from audits.inspections.drafts import CONDUCT_TEXTS, conduct_of, drafts_of, newest_draft
from portal.doors.draft_forms import OnDraft, answer_form
from portal.doors.inspector.case import Case, bp, open_case
from portal.forms.fields import UNREMARKED, date_field, textarea_field, version_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


class DraftForm(Form):
    """What goes with a draft."""

    summary = textarea_field(
        _l("Summary for the agency and the decider"), required=_l("Write a summary."), max_length=8000, rows=8
    )


class ConductForm(Form):
    """How the visit went."""

    opened_on = date_field(_l("Day of the opening meeting"), required=UNREMARKED)
    opening = textarea_field(
        _l("Opening meeting"),
        hint=_l("Who was there, by function, and what was agreed. No names."),
        required=UNREMARKED,
        rows=3,
    )
    closed_on = date_field(_l("Day of the closing meeting"), required=UNREMARKED)
    closing = textarea_field(
        _l("Closing meeting"),
        hint=_l("Who was there, by function, and what you told them. No names."),
        required=UNREMARKED,
        rows=3,
    )
    languages = textarea_field(
        _l("Languages spoken, and who interpreted"), hint=_l("No names."), required=UNREMARKED, rows=2
    )
    deviations = textarea_field(
        _l("Deviations from the plan"),
        hint=_l("For example a place that could not be visited, or a system that was out of order. Empty: none."),
        required=UNREMARKED,
        rows=3,
    )
    version = version_field()


@bp.get("/audits/<uuid:audit_id>/conduct")
@needs(Permission.AUDIT_CONDUCT)
def conduct(audit_id: UUID) -> ResponseReturnValue:
    """Show how the visit went."""
    case = open_case(audit_id)
    said = conduct_of(database.read(), audit_id)
    return _conduct_page(case, ConductForm(obj=said, version=said.version if said else 0))


@bp.post("/audits/<uuid:audit_id>/conduct")
@needs(Permission.AUDIT_CONDUCT)
def write_conduct(audit_id: UUID) -> ResponseReturnValue:
    """Save how the visit went."""
    case, form = open_case(audit_id), ConductForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.write_conduct(
                    session,
                    current_actor(),
                    audit_id,
                    opened_on=form.opened_on.data,
                    closed_on=form.closed_on.data,
                    texts={name: form[name].data or "" for name in CONDUCT_TEXTS},
                    version=form.version.data or 0,
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Saved. It stands in the report."), "success")
            return redirect(url_for("inspector.report", audit_id=audit_id), 303)
    return _conduct_page(case, form), 422


@bp.get("/audits/<uuid:audit_id>/draft")
@needs(Permission.AUDIT_CONDUCT)
def show_draft(audit_id: UUID) -> ResponseReturnValue:
    """Show the drafts with what the agency said, and what can be done next."""
    case = open_case(audit_id)
    form = DraftForm(data={"summary": case.audit.summary})
    return _page(case, form)


@bp.post("/audits/<uuid:audit_id>/draft")
@needs(Permission.AUDIT_CONDUCT)
def send_draft(audit_id: UUID) -> ResponseReturnValue:
    """Send a draft to the agency."""
    case, form = open_case(audit_id), DraftForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                draft = services.send_draft(session, current_actor(), audit_id, summary=form.summary.data)
                until = draft.due_on
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The draft is with the agency, which can comment until %(day)s.", day=until), "success")
            return redirect(url_for("inspector.show_draft", audit_id=audit_id), 303)
    return _page(case, form), 422


@bp.post("/audits/<uuid:audit_id>/draft/answers")
@needs(Permission.AUDIT_CONDUCT)
def answer_comments(audit_id: UUID) -> ResponseReturnValue:
    """Answer what the agency said about the draft."""
    case = open_case(audit_id)
    draft = newest_draft(database.read(), audit_id) or abort(404)
    answers = answer_form(draft)
    if answers.validate_on_submit():
        try:
            with database.write() as session:
                services.answer_comments(session, current_actor(), audit_id, answers.texts())
        except RuleError as error:
            answers.complain(error)
        else:
            flash(_("The answers are saved. You can make the report final, or send another draft."), "success")
            return redirect(url_for("inspector.show_draft", audit_id=audit_id), 303)
    return _page(case, DraftForm(formdata=None, data={"summary": case.audit.summary}), answers), 422


def _conduct_page(case: Case, form: ConductForm) -> str:
    said = conduct_of(database.read(), case.audit.id)
    return render_template(
        "inspector/conduct.html", case=case, audit=case.audit, said=said, form=form if case.is_led else None
    )


def _page(case: Case, form: DraftForm, answers: OnDraft | None = None) -> str:
    drafts = drafts_of(database.read(), case.audit.id)
    newest = drafts[0] if drafts else None
    waits = newest is not None and newest.waits
    if answers is None and newest is not None and newest.is_unanswered and case.is_led:
        answers = answer_form(newest)
    return render_template(
        "inspector/draft.html",
        audit=case.audit,
        drafts=drafts,
        answers=answers,
        form=form if case.is_led and not waits else None,
    )
