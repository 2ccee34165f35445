"""Pages of signals about agencies. What one says is shown only once its reading is in the security log."""

from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from audits.complaints.queries import find_handling, handlings_of
from audits.complaints.rules import Told, answer_by, take_by
from audits.core import clock
from audits.core.access import Permission
from audits.core.clock import day_of
from audits.core.languages import WORKERS
from audits.signals.queries import PAGE_SIZE, get_signal, list_living, list_signals
from audits.vault.queries import reads_vault
from portal.doors.office import handling
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
    states = handlings_of(database.read(), [each.id for each in found.rows])
    reads = reads_vault(database.read(), current_actor())
    return render_template(
        "office/signals.html",
        found=found,
        languages=WORKERS,
        states=states,
        reads_vault=reads,
        from_authorities=list_living(database.read(), current_actor(), clock.today()),
    )


@bp.get("/<uuid:signal_id>")
@needs(Permission.SIGNAL_VIEW)
def show(signal_id: UUID) -> ResponseReturnValue:
    """Show what a signal says and how it is handled, and record who read it."""
    return _page(signal_id, handling.empty())


@bp.post("/<uuid:signal_id>/take")
@needs(Permission.SIGNAL_VIEW)
def take(signal_id: UUID) -> ResponseReturnValue:
    """Take the signal up."""
    return handling.taken(Told.SIGNAL, signal_id, _here(signal_id), partial(_page, signal_id))


@bp.post("/<uuid:signal_id>/answer")
@needs(Permission.SIGNAL_VIEW)
def answer(signal_id: UUID) -> ResponseReturnValue:
    """Say what became of the signal, and what the sender was told."""
    return handling.answered(Told.SIGNAL, signal_id, _here(signal_id), partial(_page, signal_id))


def _here(signal_id: UUID) -> str:
    return url_for("office.signals.show", signal_id=signal_id)


def _page(signal_id: UUID, forms: handling.Forms) -> str:
    session = database.read()
    signal, state = get_signal(session, current_actor(), signal_id), find_handling(session, signal_id)
    security_log.trace(Kind.SIGNAL_READ, subject_id=signal.id)
    came_on = day_of(signal.received_at)
    return render_template(
        "office/signal.html",
        signal=signal,
        languages=WORKERS,
        handling=state,
        mine=handling.is_mine(state),
        take_by=take_by(came_on),
        answer_by=answer_by(came_on),
        taking=forms.taking,
        answering=forms.answering,
        forms=list(forms),
    )
