"""The page of what the office wrote down about an agency."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug import Response

from audits.agencies.queries import get_agency
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.notes.queries import notes_about
from audits.notes.rules import LONGEST_NOTE
from audits.notes.services import take_back_note, write_note
from portal.forms.fields import textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("notes", __name__, url_prefix="/agencies")


class NoteForm(Form):
    """A note about an agency."""

    text = textarea_field(
        _l("New note"),
        hint=_l("No names of workers and nothing about anybody's health. The agency never sees it."),
        required=_l("Write the note."),
        max_length=LONGEST_NOTE,
    )


@bp.get("/<uuid:agency_id>/notes")
@needs(Permission.CASES_VIEW)
def show(agency_id: UUID) -> ResponseReturnValue:
    """Show the notes about an agency, newest first, and the form for another."""
    return _page(agency_id, NoteForm())


@bp.post("/<uuid:agency_id>/notes")
@needs(Permission.CASES_VIEW)
def write(agency_id: UUID) -> ResponseReturnValue:
    """Write a note."""
    form = NoteForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                write_note(session, current_actor(), agency_id, text=form.text.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("office.notes.show", agency_id=agency_id), 303)
    return _page(agency_id, form), 422


@bp.post("/<uuid:agency_id>/notes/<uuid:note_id>/take-back")
@needs(Permission.CASES_VIEW)
def take_back(agency_id: UUID, note_id: UUID) -> Response:
    """Take one's own note back."""
    with database.write() as session:
        take_back_note(session, current_actor(), note_id)
    return redirect(url_for("office.notes.show", agency_id=agency_id), 303)


def _page(agency_id: UUID, form: NoteForm) -> str:
    session, actor = database.read(), current_actor()
    return render_template(
        "office/notes.html",
        agency=get_agency(session, actor, agency_id),
        notes=notes_about(session, actor, agency_id),
        me=actor.id,
        form=form,
        plain=Form(formdata=None),
    )
