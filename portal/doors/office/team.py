"""The page of the team of an audit: who goes along, and who went."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.correspondence.queries import get_objection, objections_of
from audits.correspondence.services import answer_objection
from audits.inspections.models import Audit
from audits.inspections.queries import get_audit
from audits.inspections.workflow import AUDIT_FLOW
from audits.people.independence import rotated_out
from audits.people.queries import staff
from audits.people.rules import Lack
from audits.schemes.queries import scheme_of_version
from audits.teams.models import TeamMember
from audits.teams.queries import lacks_of_team, team_of
from audits.teams.rules import TeamRole
from audits.teams.services import join_team, leave_team
from portal.doors.office.forms import LeaveForm, ObjectionForm, TeamForm
from portal.doors.office.inspectors import Lacking, LeftOut, lacks_words, rotation_words, sort_out
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("team", __name__, url_prefix="/audits")


@bp.get("/<uuid:audit_id>/team")
@needs(Permission.CASES_VIEW)
def show_team(audit_id: UUID) -> ResponseReturnValue:
    """List everybody who goes or went along."""
    return _page(audit_id, TeamForm(), LeaveForm())


@bp.post("/<uuid:audit_id>/team")
@needs(Permission.AUDIT_PLAN)
def join(audit_id: UUID) -> ResponseReturnValue:
    """Let somebody go along."""
    form = TeamForm()
    audit = get_audit(database.read(), current_actor(), audit_id)
    _offer(form, audit)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                role, person_id = TeamRole(form.role.data), UUID(form.person.data)
                join_team(session, current_actor(), audit_id, person_id=person_id, role=role)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The team is changed. Who joined gets a mail."), "success")
            return redirect(url_for("office.team.show_team", audit_id=audit_id), 303)
    return _page(audit_id, form, LeaveForm(formdata=None)), 422


@bp.post("/<uuid:audit_id>/team/leave")
@needs(Permission.AUDIT_PLAN)
def leave(audit_id: UUID) -> ResponseReturnValue:
    """Let somebody go along no longer, with a reason."""
    form = LeaveForm()
    _offer_leaving(form, audit_id)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                leave_team(session, current_actor(), audit_id, UUID(form.member.data), reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The team is changed. Who left gets a mail."), "success")
            return redirect(url_for("office.team.show_team", audit_id=audit_id), 303)
    return _page(audit_id, TeamForm(formdata=None), form), 422


@bp.get("/<uuid:audit_id>/objections/<uuid:objection_id>")
@needs(Permission.CASES_VIEW)
def show_objection(audit_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    """Show an objection of the agency, and its answer."""
    return _objection_page(audit_id, objection_id, ObjectionForm())


@bp.post("/<uuid:audit_id>/objections/<uuid:objection_id>")
@needs(Permission.AUDIT_PLAN)
def objection_answered(audit_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    """Uphold the objection, or reject it with a reason."""
    form = ObjectionForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                said = {"upheld": form.upheld.data == "yes", "answer": form.answer.data or ""}
                answer_objection(session, current_actor(), audit_id, objection_id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The agency gets a mail, and reads your answer in the portal."), "success")
            return redirect(url_for("office.team.show_team", audit_id=audit_id), 303)
    return _objection_page(audit_id, objection_id, form), 422


def _objection_page(audit_id: UUID, objection_id: UUID, form: ObjectionForm) -> str:
    session, actor = database.read(), current_actor()
    audit = get_audit(session, actor, audit_id)
    objection = get_objection(session, audit, objection_id)
    may_answer = actor.has(Permission.AUDIT_PLAN) and audit.state in AUDIT_FLOW.unfinished
    return render_template(
        "office/objection.html",
        audit=audit,
        objection=objection,
        leads=objection.person_id == audit.inspector_id,
        form=form if may_answer and objection.answered_at is None else None,
    )


def _offer(form: TeamForm, audit: Audit) -> list[LeftOut]:
    free, left_out = sort_out(staff(database.read()), audit.agency_id)
    form.offer([(str(person.id), person.name) for person in free])
    rotated = rotated_out(database.read(), audit.agency_id, audit.scheme_version_id, audit.id)
    only = _("Not as a member of the team.")
    return [*left_out, *(LeftOut(each.name, f"{rotation_words()} {only}") for each in free if each.id in rotated)]


def _offer_leaving(form: LeaveForm, audit_id: UUID) -> None:
    form.offer([(str(each.id), each.person.name) for each in team_of(database.read(), audit_id) if not each.left_at])


def _lacks(audit: Audit, team: Sequence[TeamMember]) -> Lacking:
    """Return what the team lacks together, and each of it alone."""
    scheme, by_name = scheme_of_version(audit.scheme_version), defaultdict[str, list[Lack]](list)
    for person, lack in lacks_of_team(database.read(), audit, team):
        by_name[person.name if person else _("The team together")].append(lack)
    lines = [LeftOut(name, lacks_words(lacks, scheme)) for name, lacks in by_name.items()]
    return Lacking(audit.planned_on, lines)


def _page(audit_id: UUID, form: TeamForm, leaving: LeaveForm) -> str:
    session, actor = database.read(), current_actor()
    audit, team = get_audit(session, actor, audit_id), team_of(session, audit_id)
    left_out = _offer(form, audit)
    _offer_leaving(leaving, audit_id)
    return render_template(
        "office/team.html",
        audit=audit,
        team=team,
        objections=objections_of(session, audit_id),
        lacking=_lacks(audit, team),
        may_change=actor.has(Permission.AUDIT_PLAN) and audit.state in AUDIT_FLOW.unfinished,
        left_out=left_out,
        form=form,
        leaving=leaving,
        forms=[form, leaving],
    )
