"""Pages of signals about agencies. What one says is shown only once its reading is in the security log."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from audits.core.languages import WORKERS
from audits.signals.queries import PAGE_SIZE, get_signal, list_signals
from portal.stores import database
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page
from portal.web.security_log import Kind

bp = Blueprint("signals", __name__, url_prefix="/signals")


@bp.get("/")
@needs(Permission.SIGNAL_VIEW)
def list_all() -> ResponseReturnValue:
    """List the signals without what they say, newest first."""
    page = asked_page()
    found = Page(list_signals(database.read(), current_actor(), page), page, PAGE_SIZE)
    return render_template("office/signals.html", found=found, languages=WORKERS)


@bp.get("/<uuid:signal_id>")
@needs(Permission.SIGNAL_VIEW)
def show(signal_id: UUID) -> ResponseReturnValue:
    """Show what a signal says, and record who read it."""
    signal = get_signal(database.read(), current_actor(), signal_id)
    security_log.trace(Kind.SIGNAL_READ, subject_id=signal.id)
    return render_template("office/signal.html", signal=signal, languages=WORKERS)
