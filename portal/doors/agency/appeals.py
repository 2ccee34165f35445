"""Pages of the decisions about an agency, and of its appeals against them."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision
from audits.disputes.queries import decisions_with_appeals, find_appeal, get_appeal, get_contested, terms_of
from audits.disputes.rules import LONGEST_APPEAL, may_be_appealed
from audits.disputes.workflow import OPEN_STATES
from certificates.documents.queries import documents_of_agency, find_document
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.services import appealing
from certificates.lifecycle.terms import waits_for_appeal
from portal.doors.agency.door import own_id
from portal.forms.fields import UNREMARKED, textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("appeals", __name__, url_prefix="/appeals")


class AppealForm(Form):
    """Why an agency disagrees, and if it is late, why."""

    reasons = textarea_field(
        _l("Why do you disagree?"),
        hint=_l("Say what is wrong in the decision, and what it should have been."),
        required=_l("Say why you disagree."),
        max_length=LONGEST_APPEAL,
        rows=8,
    )
    late_because = textarea_field(
        _l("Why are you late?"),
        hint=_l("Somebody who took no part in the decision decides whether we still take your appeal up."),
        required=UNREMARKED,
        max_length=LONGEST_APPEAL,
        rows=4,
    )


@bp.get("/")
@needs(Permission.AGENCY_VIEW)
def list_decisions() -> ResponseReturnValue:
    """List the decisions about the own agency with their letters, the last day to appeal, and the appeals."""
    session, actor = database.read(), current_actor()
    agency_id = own_id(actor)
    letters = documents_of_agency(session, actor, agency_id)
    rows = [
        (decision, letters.get(decision.id), appeal, _until(decision))
        for decision, appeal in decisions_with_appeals(session, actor, agency_id)
    ]
    return render_template("agency/decisions.html", rows=rows, today=clock.today())


@bp.get("/against/<uuid:decision_id>")
@needs(Permission.FINDING_ANSWER)
def appeal(decision_id: UUID) -> ResponseReturnValue:
    """Show until when the agency can appeal, and the form."""
    found = find_appeal(database.read(), current_actor(), decision_id)
    if found is not None:
        return redirect(url_for("agency.appeals.show_appeal", appeal_id=found.id), 303)
    return _form(decision_id, AppealForm())


@bp.post("/against/<uuid:decision_id>")
@needs(Permission.FINDING_ANSWER)
def appeal_submitted(decision_id: UUID) -> ResponseReturnValue:
    """Lodge the appeal."""
    own_id(current_actor())
    form = AppealForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                late = form.late_because.data or ""
                made = appealing.lodge(
                    session, current_actor(), decision_id, reasons=form.reasons.data, late_because=late
                )
                appeal_id = made.id
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("We have your appeal. You hear who handles it."), "success")
            return redirect(url_for("agency.appeals.show_appeal", appeal_id=appeal_id), 303)
    return _form(decision_id, form), 422


@bp.get("/<uuid:appeal_id>")
@needs(Permission.AGENCY_VIEW)
def show_appeal(appeal_id: UUID) -> ResponseReturnValue:
    """Show how far an appeal is, and what became of it."""
    session, actor = database.read(), current_actor()
    own_id(actor)
    found = get_appeal(session, actor, appeal_id)
    outcome = found.decided_by
    letter = find_document(session, actor, DocumentKind.DECISION_LETTER, outcome) if outcome else None
    may_withdraw = found.state in OPEN_STATES and actor.has(Permission.FINDING_ANSWER)
    form = Form() if may_withdraw else None
    return render_template(
        "agency/appeal.html",
        appeal=found,
        letter=letter,
        receipt_by=terms_of(session, [found.id], DeadlineKind.APPEAL_RECEIPT).get(found.id),
        decide_by=terms_of(session, [found.id]).get(found.id),
        held_back=appealing.holds_back(session, found),
        form=form,
    )


@bp.post("/<uuid:appeal_id>/withdraw")
@needs(Permission.FINDING_ANSWER)
def withdraw(appeal_id: UUID) -> ResponseReturnValue:
    """Take the appeal back."""
    own_id(current_actor())
    with database.write() as session:
        appealing.take_back(session, current_actor(), appeal_id)
    flash(_("You took your appeal back. The decision stays as it is."), "success")
    return redirect(url_for("agency.appeals.show_appeal", appeal_id=appeal_id), 303)


def _form(decision_id: UUID, form: AppealForm) -> str:
    session, actor = database.read(), current_actor()
    own_id(actor)
    contested = get_contested(session, actor, decision_id)
    until = _until(contested)
    late = until is not None and until < clock.today()
    if not late:
        del form.late_because
    held = not late and waits_for_appeal(contested, appealing.version_of(session, contested))
    return render_template(
        "agency/appeal_form.html", decision=contested, until=until, late=late, held_back=held, form=form
    )


def _until(decision: Decision) -> date | None:
    """Return the last day to appeal, or None where there is no appeal."""
    return appealing.appeal_by(database.read(), decision) if may_be_appealed(decision.kind) else None
