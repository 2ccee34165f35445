"""Pages for administrators: jobs of the outbox that were given up."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import outbox
from audits.core.access import Permission
from portal.stores import checking, database
from portal.web import security_log
from portal.web.access import needs
from portal.web.security_log import Kind

bp = Blueprint("failed_jobs", __name__, url_prefix="/failed-jobs")


@bp.get("/")
@needs(Permission.OUTBOX_VIEW)
def list_failed_jobs() -> ResponseReturnValue:
    """List failed jobs by kind and error, and files that are missing or damaged; never their content."""
    session = database.read()
    return render_template("office/failed_jobs.html", items=outbox.failed(session), files=checking.troubles(session))


@bp.post("/<uuid:item_id>/retry")
@needs(Permission.OUTBOX_VIEW)
def retry(item_id: UUID) -> ResponseReturnValue:
    """Retry a failed job."""
    with database.write() as session:
        outbox.retry(session, item_id)
        security_log.record(session, Kind.WORK_RETRIED, subject_id=item_id)
    flash(_("It will be tried again."), "success")
    return redirect(url_for("office.failed_jobs.list_failed_jobs"), 303)
