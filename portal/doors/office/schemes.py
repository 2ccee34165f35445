"""Pages of scheme versions: read them, check a file, propose it, publish what somebody else proposed."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.people.models import Person
from audits.schemes import queries
from audits.schemes.compare import ChangeKind, compare, compare_rules
from audits.schemes.models import SchemeVersion
from audits.schemes.problems import SchemeError
from audits.schemes.services import decline_proposal, propose_scheme, publish_proposal
from audits.schemes.source import scheme_from
from audits.schemes.text import Requirement, SchemeText
from audits.schemes.words import Text
from portal.doors.office.forms import SchemeForm
from portal.forms.form import Form, refused
from portal.language.i18n import current_language
from portal.language.labels import label
from portal.reader.client import RefusedError
from portal.reader.questions import values_of_norm
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("schemes", __name__, url_prefix="/schemes")


@bp.get("/")
@needs(Permission.SCHEME_VIEW)
def list_versions() -> ResponseReturnValue:
    """List all published versions, and what is proposed."""
    session = database.read()
    waiting = queries.open_proposals(session) if current_actor().has(Permission.SCHEME_PUBLISH) else []
    return render_template("office/schemes.html", versions=queries.list_versions(session), proposals=waiting)


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
    """Check a file, and propose it if asked to and valid."""
    form = SchemeForm()
    if not form.validate_on_submit():
        return render_template("office/scheme_check.html", form=form, problems=[], text=None), 422
    try:
        source, values = _norm(form.source.data.stream.read())
        text = scheme_from(source, values)
        if form.propose.data:
            with database.write() as session:
                proposal_id = propose_scheme(session, current_actor(), source, values).id
            flash(_("The version is proposed. Another scheme manager gets a mail."), "success")
            return redirect(url_for("office.schemes.show_proposal", proposal_id=proposal_id), 303)
    except SchemeError as error:
        form.complain(error)
        return render_template("office/scheme_check.html", form=form, problems=error.problems, text=None), 422
    except RuleError as error:
        form.complain(error)
    else:
        return render_template("office/scheme_check.html", form=form, problems=[], text=text)
    return refused(render_template("office/scheme_check.html", form=form, problems=[], text=None), form)


@bp.get("/proposals/<uuid:proposal_id>")
@needs(Permission.SCHEME_PUBLISH)
def show_proposal(proposal_id: UUID) -> ResponseReturnValue:
    """Show what a proposed version changes, and the buttons to publish or decline it."""
    session = database.read()
    proposal = queries.get_proposal(session, proposal_id)
    text = queries.read_again(proposal)
    before = queries.newest_version(session, proposal.code)
    return render_template(
        "office/scheme_proposal.html",
        proposal=proposal,
        proposer=session.get_one(Person, proposal.proposed_by),
        own=proposal.proposed_by == current_actor().id,
        text=text,
        before=before,
        changes=_changes(before, text) if before else [],
        form=Form(),
    )


@bp.post("/proposals/<uuid:proposal_id>/publish")
@needs(Permission.SCHEME_PUBLISH)
def publish(proposal_id: UUID) -> ResponseReturnValue:
    """Publish what somebody else proposed."""
    with database.write() as session:
        version_id = publish_proposal(session, current_actor(), proposal_id).id
    flash(_("The version is published."), "success")
    return redirect(url_for("office.schemes.show_version", version_id=version_id), 303)


@bp.post("/proposals/<uuid:proposal_id>/decline")
@needs(Permission.SCHEME_PUBLISH)
def decline(proposal_id: UUID) -> ResponseReturnValue:
    """Decline or withdraw a proposed version."""
    with database.write() as session:
        decline_proposal(session, current_actor(), proposal_id)
    flash(_("The version is not published."), "success")
    return redirect(url_for("office.schemes.list_versions"), 303)


def _changes(before: SchemeVersion, new: SchemeText) -> list[tuple[str, str, str, str]]:
    """Return what differs from a version: where, what kind of change, the value before and the value after."""
    old = queries.scheme_of_version(before)
    items = [change for change in compare(old, new) if change.kind is not ChangeKind.UNCHANGED]
    found = [
        (change.code, label(change.kind), _question(change.old), _question(change.new), ", ".join(change.differs))
        for change in items
    ]
    return [
        *((f"{code} {differs}".strip(), kind, was, now) for code, kind, was, now, differs in found),
        *((change.path, _("Rule"), _shown(change.old), _shown(change.new)) for change in compare_rules(old, new)),
    ]


def _question(item: Requirement | None) -> str:
    return item.question.in_(current_language()) if item else "–"


def _shown(value: object) -> str:
    if isinstance(value, Text):
        return value.in_(current_language())
    return "–" if value is None else str(value)


def _norm(data: bytes) -> tuple[str, str]:
    """Return the source of a norm and its values. SchemeError with all problems, RuleError if it is not readable."""
    try:
        values = values_of_norm(data)
    except RefusedError as refusal:
        if refusal.code == "no text":
            raise RuleError("The file is not UTF-8 text.", field="source") from refusal
        raise RuleError("The file is too complicated to check.", field="source") from refusal
    return data.decode(), values
