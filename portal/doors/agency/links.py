"""Pages on which an agency answers what seems to link it to another."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError, missing
from audits.links.models import LinkHit
from audits.links.queries import asked_hits
from audits.links.services import answer_link
from portal.doors.agency.door import own_id
from portal.forms.fields import textarea_field
from portal.forms.form import Form, refused
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("links", __name__, url_prefix="/links")


class AnswerForm(Form):
    """What an agency says about one sign."""

    answer = textarea_field(
        _l("What do you say about it?"),
        hint=_l("Is it right, and how did it come about? Say what shows it."),
        required=_l("Write your answer."),
    )


@bp.get("/")
@needs(Permission.AGENCY_VIEW)
def list_questions() -> ResponseReturnValue:
    """List what the agency was asked."""
    hits = asked_hits(database.read(), own_id(current_actor()))
    return render_template("agency/links.html", hits=hits, may_answer=current_actor().has(Permission.AGENCY_EDIT))


@bp.get("/<uuid:hit_id>")
@needs(Permission.AGENCY_EDIT)
def ask(hit_id: UUID) -> ResponseReturnValue:
    """Show one question, and the form to answer it."""
    return render_template("agency/link.html", hit=_own(hit_id), form=AnswerForm())


@bp.post("/<uuid:hit_id>")
@needs(Permission.AGENCY_EDIT)
def answer(hit_id: UUID) -> ResponseReturnValue:
    """Answer it, once."""
    hit, form = _own(hit_id), AnswerForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                answer_link(session, current_actor(), hit_id, answer=form.answer.data or "")
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Your answer is with us."), "success")
            return redirect(url_for("agency.links.list_questions"), 303)
    return refused(render_template("agency/link.html", hit=hit, form=form), form)


def _own(hit_id: UUID) -> LinkHit:
    """Return a question of the own agency; NotFoundError for any other."""
    found = {hit.id: hit for hit in asked_hits(database.read(), own_id(current_actor()))}
    if hit_id not in found:
        raise missing(LinkHit)
    return found[hit_id]
