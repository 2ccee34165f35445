"""Pages of a condition: its proof, and the decision that it is met or the answer that it is not."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.conditions.queries import get_condition
from audits.conditions.services import return_proof
from audits.conditions.workflow import CONDITION_FLOW
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.core.flow import moved_on
from audits.decisions.basis import BasisMovedError
from audits.decisions.models import DecisionProposal
from audits.decisions.proposals import find_proposal
from audits.people.independence import bar_of
from audits.schemes.cycle import DecisionKind
from audits.schemes.queries import grounds_for
from certificates.lifecycle.queries import basis_of, find_living
from certificates.lifecycle.services import change_or_propose
from portal.doors.office import drafts
from portal.doors.office.change_form import ChangeForm
from portal.doors.office.forms import ReasonForm
from portal.doors.office.proposals import proposed
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("conditions", __name__, url_prefix="/conditions")


@bp.get("/<uuid:condition_id>")
@needs(Permission.CASES_VIEW)
def show_condition(condition_id: UUID) -> ResponseReturnValue:
    """Show one condition with its proof, and what a decider can do."""
    return _page(condition_id, ChangeForm(), ReasonForm())


@bp.post("/<uuid:condition_id>/met")
@needs(Permission.CERTIFICATE_CHANGE)
def met(condition_id: UUID) -> ResponseReturnValue:
    """Decide that the condition is met. 409 with what changed if the page was outdated."""
    form = ChangeForm()
    if form.validate_on_submit():
        try:
            proposal = _meet(condition_id, form)
        except BasisMovedError as moved:
            return _page(condition_id, form, ReasonForm(formdata=None), moved), 409
        except RuleError as error:
            form.complain(error)
        else:
            if proposal:
                return proposed(proposal)
            flash(_("Done. The public register shows it now."), "success")
            return redirect(url_for("office.conditions.show_condition", condition_id=condition_id), 303)
    return _page(condition_id, form, ReasonForm(formdata=None)), 422


@bp.post("/<uuid:condition_id>/return")
@needs(Permission.CERTIFICATE_CHANGE)
def send_back(condition_id: UUID) -> ResponseReturnValue:
    """Find the proof not enough, and tell the agency why."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                return_proof(session, current_actor(), condition_id, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The agency has been told what is missing."), "success")
            return redirect(url_for("office.conditions.show_condition", condition_id=condition_id), 303)
    return _page(condition_id, ChangeForm(formdata=None), form), 422


def _meet(condition_id: UUID, form: ChangeForm) -> UUID | None:
    """Decide, or propose what takes two deciders; return the id of the proposal."""
    with drafts.deciding() as session:
        actor = current_actor()
        condition = get_condition(session, actor, condition_id)
        held = find_living(session, condition.agency_id, clock.today())
        if held is None:
            raise moved_on()
        taken = change_or_propose(
            session,
            actor,
            held.id,
            DecisionKind.CONDITION_MET,
            reasons=form.reasons.data,
            grounds=form.grounds.data or (),
            shown=form.basis.data or "",
            condition_id=condition_id,
        )
        return taken.id if isinstance(taken, DecisionProposal) else None


def _page(condition_id: UUID, form: ChangeForm, returning: ReasonForm, moved: BasisMovedError | None = None) -> str:
    session, actor = database.read(), current_actor()
    condition = get_condition(session, actor, condition_id)
    held = find_living(session, condition.agency_id, clock.today())
    moves = {move.name for move in CONDITION_FLOW.open_moves(condition.state) if actor.has(move.permission)}
    deciding = held is not None and "meet" in moves
    if held and deciding:
        kind = DecisionKind.CONDITION_MET
        form.offer(grounds_for(held.scheme_version, kind), basis_of(session, held, kind).shown)
    return render_template(
        "office/condition.html",
        condition=condition,
        held=held,
        today=clock.today(),
        deciding=deciding,
        may_return=deciding and "return" in moves,
        bar=bar_of(session, condition.agency_id, actor.id) if deciding else None,
        waiting=find_proposal(session, condition.agency_id) if deciding else None,
        form=form,
        returning=returning,
        forms=[form, returning],
        moved=moved,
    )
