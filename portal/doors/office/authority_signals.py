"""The page of what authorities told about an agency. It is shown once its reading is in the security log."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies.queries import get_agency
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError, missing
from audits.core.flow import moved_on
from audits.schemes.queries import scheme_of_version, version_for
from audits.signals.models import AuthoritySignal
from audits.signals.queries import authority_signals, get_authority_signal
from audits.signals.rules import LONGEST_MESSAGE, LONGEST_REFERENCE, About, Source
from audits.signals.services import end_signal, note_signal
from portal.forms.fields import UNREMARKED, date_field, select_field, text_field, textarea_field
from portal.forms.form import Form
from portal.language.labels import label
from portal.stores import database
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.security_log import Kind

bp = Blueprint("authority_signals", __name__, url_prefix="/agencies")


class NoteForm(Form):
    """What an authority told, who it was, and when."""

    source = select_field(
        _l("Who told it?"), lambda: _choices(Source, _("Choose an authority")), required=_l("Choose who told it.")
    )
    its_reference = text_field(
        _l("Their reference"), hint=_l("If there is one."), required=UNREMARKED, max_length=LONGEST_REFERENCE
    )
    about = select_field(_l("About"), lambda: _choices(About, _("Choose a subject")), required=_l("Choose a subject."))
    received_on = date_field(_l("When did it come in?"), required=_l("Enter the day on which it came in."))
    text = textarea_field(
        _l("What was told"),
        hint=_l("Name no workers. The agency and the inspectors of its cases never see it."),
        required=_l("Write what was told."),
        max_length=LONGEST_MESSAGE,
        rows=6,
    )


class EndForm(Form):
    """Why a signal counts no longer."""

    because = textarea_field(
        _l("Why does it count no longer?"),
        required=_l("Say why it counts no longer."),
        max_length=LONGEST_MESSAGE,
        rows=3,
    )


@bp.get("/<uuid:agency_id>/authority-signals")
@needs(Permission.SIGNAL_VIEW)
def show(agency_id: UUID) -> ResponseReturnValue:
    """Show what authorities told about an agency, newest first, and the form for another."""
    return _page(agency_id, NoteForm())


@bp.post("/<uuid:agency_id>/authority-signals")
@needs(Permission.SIGNAL_VIEW)
def note(agency_id: UUID) -> ResponseReturnValue:
    """Note a signal."""
    form = NoteForm()
    if form.validate_on_submit():
        said = {name: form[name].data for name in ("its_reference", "received_on", "text")}
        source, about = Source(form.source.data), About(form.about.data)
        try:
            with database.write() as session:
                months = scheme_of_version(version_for(session, clock.today())).terms.authority_signal_months
                note_signal(session, current_actor(), agency_id, source=source, about=about, months=months, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("office.authority_signals.show", agency_id=agency_id), 303)
    return _page(agency_id, form), 422


@bp.get("/<uuid:agency_id>/authority-signals/<uuid:authority_signal_id>/end")
@needs(Permission.SIGNAL_VIEW)
def end(agency_id: UUID, authority_signal_id: UUID) -> ResponseReturnValue:
    """Ask why a signal counts no longer."""
    return _end_page(_signal(agency_id, authority_signal_id), EndForm())


@bp.post("/<uuid:agency_id>/authority-signals/<uuid:authority_signal_id>/end")
@needs(Permission.SIGNAL_VIEW)
def end_submitted(agency_id: UUID, authority_signal_id: UUID) -> ResponseReturnValue:
    """End a signal before its last day."""
    signal, form = _signal(agency_id, authority_signal_id), EndForm()
    if form.validate_on_submit():
        with database.write() as session:
            end_signal(session, current_actor(), signal.id, because=form.because.data)
        flash(_("Ended. It counts no longer."), "success")
        return redirect(url_for("office.authority_signals.show", agency_id=agency_id), 303)
    return _end_page(signal, form), 422


def _page(agency_id: UUID, form: NoteForm) -> str:
    session, actor = database.read(), current_actor()
    agency = get_agency(session, actor, agency_id)
    found = authority_signals(session, actor, agency_id)
    if found:
        security_log.trace(Kind.SIGNAL_READ, subject_id=agency_id)
    return render_template("office/authority_signals.html", agency=agency, found=found, today=clock.today(), form=form)


def _signal(agency_id: UUID, authority_signal_id: UUID) -> AuthoritySignal:
    """Return a signal about this agency that still counts."""
    signal = get_authority_signal(database.read(), current_actor(), authority_signal_id)
    if signal.agency_id != agency_id:
        raise missing(AuthoritySignal)
    if not signal.counts_on(clock.today()):
        raise moved_on()
    return signal


def _end_page(signal: AuthoritySignal, form: EndForm) -> str:
    return render_template("office/authority_signal_end.html", signal=signal, form=form)


def _choices(kinds: type[Source] | type[About], first: str) -> list[tuple[str, object]]:
    return [("", first), *((each.value, label(each)) for each in kinds)]
