"""The page on which an agency reads the draft of a report and comments on it, once."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections.drafts import ReportDraft, newest_draft
from audits.inspections.models import Audit
from audits.inspections.queries import get_audit
from audits.inspections.services import comment_draft
from audits.inspections.workflow import AuditState
from portal.doors.agency.door import bp
from portal.doors.draft_forms import OnDraft, comment_form
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/drafts/<uuid:audit_id>"


@bp.get(_PATH)
@needs(Permission.AUDIT_VIEW)
def show_draft(audit_id: UUID) -> ResponseReturnValue:
    """Show the findings of the draft, and ask for comments while there is time."""
    audit, draft = _open(audit_id)
    may = draft.is_open and audit.state is AuditState.IN_PROGRESS and current_actor().has(Permission.FINDING_ANSWER)
    return _page(audit, draft, comment_form(draft) if may else None)


@bp.post(_PATH)
@needs(Permission.FINDING_ANSWER)
def draft_commented(audit_id: UUID) -> ResponseReturnValue:
    """Send the comments to the inspector."""
    audit, draft = _open(audit_id)
    form = comment_form(draft)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                comment_draft(session, current_actor(), audit_id, form.texts())
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Your comments are with the inspector, who answers each of them in the report."), "success")
            return redirect(url_for("agency.show_draft", audit_id=audit_id), 303)
    return _page(audit, draft, form), 422


def _open(audit_id: UUID) -> tuple[Audit, ReportDraft]:
    session = database.read()
    audit = get_audit(session, current_actor(), audit_id)
    return audit, newest_draft(session, audit.id) or abort(404)


def _page(audit: Audit, draft: ReportDraft, form: OnDraft | None) -> str:
    return render_template("agency/draft.html", audit=audit, draft=draft, form=form)
