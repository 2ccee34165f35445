"""The page of a proposed decision: what a second decider confirms or declines."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from audits.agencies.rules import StatedScope
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.decisions.basis import BasisMovedError
from audits.decisions.models import DecisionProposal
from audits.decisions.proposals import get_proposal
from audits.inspections.queries import get_audit
from audits.people.independence import bar_of
from audits.people.trail import trail_of
from audits.schemes.queries import grounds_for, scheme_of_version
from certificates.lifecycle import services
from certificates.lifecycle.queries import get_certificate
from portal.doors.office import drafts
from portal.doors.office.forms import ReasonForm
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("proposals", __name__, url_prefix="/proposals")


def proposed(proposal_id: UUID) -> Response:
    """Lead somebody who chose a serious ground to the proposal."""
    flash(_("This ground takes two deciders. Nothing is decided yet: another decider must confirm it."), "success")
    return redirect(url_for("office.proposals.show_proposal", proposed_id=proposal_id), 303)


@bp.get("/<uuid:proposed_id>")
@needs(Permission.DECISION_TAKE)
def show_proposal(proposed_id: UUID) -> ResponseReturnValue:
    """Show what was proposed, with the way to the file."""
    return _page(proposed_id, ReasonForm())


@bp.post("/<uuid:proposed_id>/confirm")
@needs(Permission.DECISION_TAKE)
def confirm(proposed_id: UUID) -> ResponseReturnValue:
    """Confirm it: the decision is taken. 409 with what changed since it was proposed."""
    try:
        with drafts.deciding() as session:
            services.confirm_proposal(session, current_actor(), proposed_id)
    except BasisMovedError as moved:
        return _page(proposed_id, ReasonForm(formdata=None), moved), 409
    flash(_("The decision is taken. The agency gets a letter."), "success")
    return redirect(url_for("office.proposals.show_proposal", proposed_id=proposed_id), 303)


@bp.post("/<uuid:proposed_id>/decline")
@needs(Permission.DECISION_TAKE)
def decline(proposed_id: UUID) -> ResponseReturnValue:
    """Decline it, or take it back; nothing is decided."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.decline_proposal(session, current_actor(), proposed_id, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Nothing was decided. The reason is in the file."), "success")
            return redirect(url_for("office.home"), 303)
    return _page(proposed_id, form), 422


def _page(proposal_id: UUID, form: ReasonForm, moved: BasisMovedError | None = None) -> str:
    session, actor = database.read(), current_actor()
    proposal = get_proposal(session, actor, proposal_id)
    audit = get_audit(session, actor, proposal.audit_id) if proposal.audit_id else None
    certificate = get_certificate(session, actor, proposal.certificate_id) if proposal.certificate_id else None
    version = (audit or certificate).scheme_version  # type: ignore[union-attr]  # it has one of the two
    own = proposal.proposed_by == actor.id
    return render_template(
        "office/proposal.html",
        proposal=proposal,
        audit=audit,
        certificate=certificate,
        scheme=scheme_of_version(version),
        grounds=[each for each in grounds_for(version, proposal.kind) if each.code in proposal.said["grounds"]],
        scope=_scope(proposal, audit.application.stated if audit else None),
        own=own,
        bar=None if own or proposal.answered_at else bar_of(session, proposal.agency_id, actor.id),
        form=form,
        confirm=Form(formdata=None),
        moved=moved,
        trail_steps=trail_of(session, [proposal.id]),
    )


def _scope(proposal: DecisionProposal, stated: StatedScope | None) -> StatedScope | None:
    """Return what a proposed grant covers; None for other decisions."""
    items = proposal.said.get("scope")
    return stated.only(items) if stated and items and proposal.kind.startswith(("grant", "renew")) else None
