"""Pages of scheme versions: read them, check a file, publish it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.schemes import queries
from audits.schemes.problems import SchemeError
from audits.schemes.services import publish_scheme
from audits.schemes.source import parse
from portal.doors.office.forms import SchemeForm
from portal.forms.form import refused
from portal.reader.client import RefusedError
from portal.reader.questions import problems_of_norm
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("schemes", __name__, url_prefix="/schemes")


@bp.get("/")
@needs(Permission.SCHEME_VIEW)
def list_versions() -> ResponseReturnValue:
    """List all published versions."""
    return render_template("office/schemes.html", versions=queries.list_versions(database.read()))


@bp.get("/<uuid:version_id>")
@needs(Permission.SCHEME_VIEW)
def show_version(version_id: UUID) -> ResponseReturnValue:
    """Show one version in full, with severities, thresholds and terms."""
    version = queries.get_version(database.read(), version_id)
    return render_template("office/scheme.html", version=version, scheme=queries.scheme_of_version(version))


@bp.get("/check")
@needs(Permission.SCHEME_PUBLISH)
def check() -> ResponseReturnValue:
    """Show the form to check a file."""
    return render_template("office/scheme_check.html", form=SchemeForm(), problems=[], text=None)


@bp.post("/check")
@needs(Permission.SCHEME_PUBLISH)
def check_submitted() -> ResponseReturnValue:
    """Check a file, and publish it if asked to and valid."""
    form = SchemeForm()
    if not form.validate_on_submit():
        return render_template("office/scheme_check.html", form=form, problems=[], text=None), 422
    try:
        source = _norm(form.source.data.stream.read())
        text = parse(source)
        if form.publish.data:
            with database.write() as session:
                version_id = publish_scheme(session, current_actor(), source).id
            flash(_("The version is published."), "success")
            return redirect(url_for("office.schemes.show_version", version_id=version_id), 303)
    except SchemeError as error:
        form.complain(error)
        return render_template("office/scheme_check.html", form=form, problems=error.problems, text=None), 422
    except RuleError as error:
        form.complain(error)
    else:
        return render_template("office/scheme_check.html", form=form, problems=[], text=text)
    return refused(render_template("office/scheme_check.html", form=form, problems=[], text=None), form)


def _norm(data: bytes) -> str:
    """Return the source of a norm. SchemeError with all problems, RuleError if the file is not readable."""
    try:
        problems = problems_of_norm(data)
    except RefusedError as refusal:
        if refusal.code == "no text":
            raise RuleError("The file is not UTF-8 text.", field="source") from refusal
        raise RuleError("The file is too complicated to check.", field="source") from refusal
    if problems:
        raise SchemeError(problems)
    return data.decode()
