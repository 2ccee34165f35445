"""The page on which an agency says what it has to say about a suspension at once."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.clock import day_of
from audits.core.errors import NotFoundError, RuleError
from audits.decisions.models import Decision
from audits.decisions.queries import provisional_suspension
from certificates.lifecycle.queries import get_certificate, statements_of
from certificates.lifecycle.services import say_in_hearing
from certificates.lifecycle.terms import hear_until
from portal.doors.agency.door import bp
from portal.forms.fields import textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


class HearingForm(Form):
    """What an agency has to say."""

    words = textarea_field(
        _l("What you have to say"),
        hint=_l("The decider who confirms or ends the suspension reads this."),
        required=_l("Write what you have to say."),
        rows=8,
    )


@bp.get("/hearing")
@needs(Permission.FINDING_ANSWER)
def hearing() -> ResponseReturnValue:
    """Show until when the agency is heard, and what it said already."""
    return _page(HearingForm())


@bp.post("/hearing")
@needs(Permission.FINDING_ANSWER)
def hearing_submitted() -> ResponseReturnValue:
    """Keep what the agency says."""
    form = HearingForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                say_in_hearing(session, current_actor(), words=form.words.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("We have your answer. A second decider reads it before deciding."), "success")
            return redirect(url_for("agency.hearing"), 303)
    return _page(form), 422


def _page(form: HearingForm) -> str:
    session, waiting = database.read(), _waiting()
    certificate = get_certificate(session, current_actor(), waiting.certificate_id)  # type: ignore[arg-type]  # has one
    last = hear_until(certificate.scheme_version, day_of(waiting.decided_at))
    said = statements_of(session, waiting.id)
    return render_template("agency/hearing.html", certificate=certificate, last=last, said=said, form=form)


def _waiting() -> Decision:
    """Return the suspension that the agency is heard about, or raise NotFoundError."""
    agency_id = current_actor().agency_id
    waiting = provisional_suspension(database.read(), agency_id) if agency_id else None
    if waiting is None:
        raise NotFoundError("There is no such page.")
    return waiting
