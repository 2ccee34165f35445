"""Pages of scheme versions: read, compare and download them, propose a file, publish what somebody else proposed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import N_, RuleError
from audits.decisions.rules import Outcome
from audits.people.models import Person
from audits.schemes import queries
from audits.schemes.compare import (
    Change,
    ChangeKind,
    Upgrade,
    UpgradeStep,
    compare,
    compare_rules,
    differences,
    upgrade_map,
)
from audits.schemes.problems import SchemeError
from audits.schemes.services import decline_proposal, propose_scheme, publish_proposal, simulate_again
from audits.schemes.source import scheme_from
from audits.schemes.text import SchemeText
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
    return render_template(
        "office/schemes.html",
        versions=queries.list_versions(session),
        running=queries.running_cases(session, clock.today()),
        proposals=waiting,
    )


@bp.get("/compare")
@needs(Permission.SCHEME_VIEW)
def compare_versions() -> ResponseReturnValue:
    """Show two versions side by side where they differ; the two newest, unless the address names others."""
    versions = queries.list_versions(database.read())
    known = {str(version.id): version for version in versions}
    newest = [str(version.id) for version in versions[:2]]
    asked = [request.args.get("before", newest[-1]), request.args.get("after", newest[0])] if versions else []
    if not versions or any(each not in known for each in asked):
        abort(404)
    before, after = (known[each] for each in asked)
    told = _told(queries.scheme_of_version(before), queries.scheme_of_version(after))
    return render_template("office/scheme_compare.html", versions=versions, before=before, after=after, told=told)


@bp.get("/<uuid:version_id>")
@needs(Permission.SCHEME_VIEW)
def show_version(version_id: UUID) -> ResponseReturnValue:
    """Show one version in full, with severities, thresholds and terms."""
    version = queries.get_version(database.read(), version_id)
    return render_template("office/scheme.html", version=version, scheme=queries.scheme_of_version(version))


@bp.get("/<uuid:version_id>/source.yaml")
@needs(Permission.SCHEME_VIEW)
def source(version_id: UUID) -> ResponseReturnValue:
    """Return the file of a version, byte by byte as it was published."""
    version = queries.get_version(database.read(), version_id)
    name = f"{version.code}-{version.version}.yaml"
    named = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(version.source.encode(), mimetype="application/yaml", headers=named)


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
        told=_told(queries.scheme_of_version(before), text) if before else None,
        worth=_worth(proposal.simulation, text) if proposal.simulation else None,
        form=Form(),
    )


@bp.post("/proposals/<uuid:proposal_id>/simulate")
@needs(Permission.SCHEME_PUBLISH)
def simulate(proposal_id: UUID) -> ResponseReturnValue:
    """Have it computed again what living certificates would be worth."""
    with database.write() as session:
        simulate_again(session, current_actor(), proposal_id)
    flash(_("This is being computed again. Open the page anew in a moment."), "success")
    return redirect(url_for("office.schemes.show_proposal", proposal_id=proposal_id), 303)


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


class _Told(NamedTuple):
    """What differs between two versions: every value, and what becomes of each requirement."""

    changes: list[tuple[str, str, str, str]]  # where, what kind of change, the value before and the value after
    counts: list[tuple[str, int]]
    steps: list[tuple[str, str, str]]  # what becomes of a requirement that changes, and its codes


def _told(old: SchemeText, new: SchemeText) -> _Told:
    changes = [row for change in compare(old, new) for row in _rows_of(change)]
    rules = [(change.path, _("Rule"), _shown(change.old), _shown(change.new)) for change in compare_rules(old, new)]
    steps = upgrade_map(old, new)
    counts = Counter(step.kind for step in steps)
    return _Told([*changes, *rules], [(label(kind), counts[kind]) for kind in Upgrade if counts[kind]], _steps(steps))


def _steps(steps: Iterable[UpgradeStep]) -> list[tuple[str, str, str]]:
    changed = (step for step in steps if step.kind is not Upgrade.UNCHANGED)
    return [(", ".join(step.before) or "–", label(step.kind), ", ".join(step.after) or "–") for step in changed]


def _rows_of(change: Change) -> list[tuple[str, str, str, str]]:
    """Return one row per value that differs; a requirement that is new or gone is one row with its question."""
    kind = label(change.kind)
    if change.old and change.new:
        return [(each.path, kind, _shown(each.old), _shown(each.new)) for each in differences(change)]
    was, now = (_shown(item.question if item else None) for item in (change.old, change.new))
    return [] if change.kind is ChangeKind.UNCHANGED else [(change.code, kind, was, now)]


def _worth(simulation: Mapping[str, Any], text: SchemeText) -> dict[str, Any]:
    """Return what was simulated with its codes in words: the moves as a table, and why certificates fall."""
    numbers = {(before, after): number for before, after, number in simulation["moves"]}
    titles = {item.code: item.title.in_(current_language()) for item in text.requirements}
    return {
        "living": simulation["living"],
        "falling": simulation["falling"],
        "moves": [[_(words), *(numbers.get((row, to), 0) for to in _WORTH)] for row, words in _WORTH.items()],
        "heads": [{"text": _(words), "numeric": True} for words in _WORTH.values()],
        "causes": [(code, titles.get(code, ""), number) for code, number in simulation["causes"]],
        "unjudged": simulation["unjudged"],
    }


_WORTH = {
    Outcome.GRANT.value: N_("Meets the norm"),
    Outcome.GRANT_WITH_CONDITIONS.value: N_("With conditions"),
    Outcome.REFUSE.value: N_("Below the mark"),
}


def _shown(value: object) -> str:
    if isinstance(value, Text):
        return value.in_(current_language())
    return "–" if value is None or value == "" else str(value)


def _norm(data: bytes) -> tuple[str, str]:
    """Return the source of a norm and its values. SchemeError with all problems, RuleError if it is not readable."""
    try:
        values = values_of_norm(data)
    except RefusedError as refusal:
        if refusal.code == "no text":
            raise RuleError("The file is not UTF-8 text.", field="source") from refusal
        raise RuleError("The file is too complicated to check.", field="source") from refusal
    return data.decode(), values
