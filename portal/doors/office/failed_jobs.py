"""Pages for administrators: jobs that were given up, files that are not whole, and periodic tasks."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import outbox
from audits.core.access import Permission
from portal.stores import checking, database, periodic
from portal.stores.retention import KEPT, forgotten_lately
from portal.web import security_log
from portal.web.access import needs
from portal.web.paging import Page, asked_page
from portal.web.security_log import Kind

bp = Blueprint("failed_jobs", __name__, url_prefix="/failed-jobs")

# Every periodic task of the worker, in its order.
TASKS = {
    "ledger.checkpoint": _l("Sign the public log"),
    "follow.tell": _l("Tell those who follow agencies what changed"),
    "register.renew": _l("Renew entries whose search columns follow older rules"),
    "certificate.effective": _l("Carry out decisions on the day from which they count"),
    "entries.confirm": _l("Confirm verdicts that have no receipt yet"),
    "figures.tally": _l("Count reports for the figures about audits"),
    "certificate.expired": _l("Log certificates that expired"),
    "deadlines.clock": _l("Remind of what falls due, and escalate what was missed"),
    "ledger.case_log": _l("Log the events of cases"),
    "credentials.sign_lists": _l("Sign the status lists"),
    "register.files": _l("Make the files of the whole register"),
    "follow.day": _l("Send the messages of the day to those who follow agencies"),
    "mail.day": _l("Send the messages of the day to people who chose them"),
    "document.renew": _l("Renew the proof of documents"),
    "data.forget": _l("Forget what was kept long enough"),
    "mail.bounces": _l("Read which messages came back"),
    "files.check": _l("Check stored files"),
    "files.collect": _l("Remove files that nothing names"),
    "links.note": _l("Note what agencies leave, to find comebacks"),
}

NAMES = {each.code: each.what for each in KEPT}


@bp.get("/")
@needs(Permission.OUTBOX_VIEW)
def list_failed_jobs() -> ResponseReturnValue:
    """List failed jobs, damaged files and periodic tasks by kind and error; never their content."""
    session, page = database.read(), asked_page()
    states = periodic.states(session)
    return render_template(
        "office/failed_jobs.html",
        items=Page(outbox.failed(session, page), page, outbox.PAGE_SIZE),
        files=checking.troubles(session),
        forgotten=[(_(NAMES[kind]), day, rows) for kind, day, rows in forgotten_lately(session)],
        tasks=[(words, states.get(name)) for name, words in TASKS.items()],
        late=any(name not in states or states[name].is_late for name in TASKS),
    )


@bp.post("/<uuid:item_id>/retry")
@needs(Permission.OUTBOX_VIEW)
def retry(item_id: UUID) -> ResponseReturnValue:
    """Retry a failed job."""
    with database.write() as session:
        outbox.retry(session, item_id)
        security_log.record(session, Kind.WORK_RETRIED, subject_id=item_id)
    flash(_("It will be tried again."), "success")
    return redirect(url_for("office.failed_jobs.list_failed_jobs"), 303)
