"""Pages on which the office lets a file in that seems to hold personal numbers of several kinds, or refuses it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import services
from audits.applications.models import FilePlea
from audits.applications.personal import Personal
from audits.applications.pleas import get_plea, waiting_pleas
from audits.core.access import Permission
from audits.core.errors import RuleError
from portal.forms.fields import radios_field, textarea_field
from portal.forms.form import Form
from portal.language.labels import label
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("pleas", __name__, url_prefix="/files-to-admit")


class PleaForm(Form):
    """Whether the file is taken."""

    granted = radios_field(
        _l("Do we take this file?"),
        [("yes", _l("Yes: what is said is right")), ("no", _l("No: the numbers must be masked first"))],
        required=_l("Choose whether we take the file."),
    )
    answer = textarea_field(_l("Explanation for who asked"), hint=_l("Needed when we do not."), max_length=500, rows=3)


@bp.get("/")
@needs(Permission.APPLICATION_REVIEW)
def list_pleas() -> ResponseReturnValue:
    """List the files that wait for an answer, the longest waiting first."""
    return render_template("office/pleas.html", pleas=waiting_pleas(database.read()), found_in=_found_in)


@bp.get("/<uuid:plea_id>")
@needs(Permission.APPLICATION_REVIEW)
def show_plea(plea_id: UUID) -> ResponseReturnValue:
    """Show what was found in a file and what is said about it; the file itself is not kept."""
    return _page(get_plea(database.read(), current_actor(), plea_id), PleaForm())


@bp.post("/<uuid:plea_id>")
@needs(Permission.APPLICATION_REVIEW)
def plea_answered(plea_id: UUID) -> ResponseReturnValue:
    """Let the file in, or refuse it."""
    plea, form = get_plea(database.read(), current_actor(), plea_id), PleaForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                said = {"granted": form.granted.data == "yes", "answer": form.answer.data or ""}
                services.answer_plea(session, current_actor(), plea_id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. Who asked has been told."), "success")
            return redirect(url_for("office.pleas.list_pleas"), 303)
    return _page(plea, form), 422


def _page(plea: FilePlea, form: PleaForm) -> str:
    return render_template("office/plea.html", plea=plea, found_in=_found_in, form=None if plea.answered_at else form)


def _found_in(plea: FilePlea) -> str:
    """Return what was found in the file, in words."""
    return ", ".join(label(Personal(kind)) for kind in plea.kinds)
