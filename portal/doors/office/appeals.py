"""Pages of appeals: enter one that came on paper, take it up, hear the agency, decide."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug import Response

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.decisions.basis import BasisMovedError
from audits.decisions.models import DecisionProposal
from audits.decisions.proposals import find_proposal
from audits.disputes import services as disputes
from audits.disputes.queries import PAGE_SIZE, deciders_of, get_appeal, get_contested, list_appeals, terms_of
from audits.disputes.rules import LONGEST_APPEAL, AppealOutcome
from audits.disputes.workflow import APPEAL_FLOW
from audits.people.independence import bar_of
from audits.people.trail import trail_of
from certificates.lifecycle.services import appeal_or_propose, appealing
from portal.doors.office import drafts
from portal.doors.office.proposals import proposed
from portal.forms.fields import UNREMARKED, date_field, hidden_field, radios_field, textarea_field
from portal.forms.form import Form
from portal.language.labels import label
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("appeals", __name__, url_prefix="/appeals")


class PaperForm(Form):
    """An appeal that came by letter."""

    received_on = date_field(_l("On which day did the letter come in?"), required=_l("Enter the day."))
    reasons = textarea_field(
        _l("What the agency writes"), required=_l("Write what the agency says."), max_length=LONGEST_APPEAL, rows=8
    )
    late_because = textarea_field(
        _l("Why it is late, if it says so"), required=UNREMARKED, max_length=LONGEST_APPEAL, rows=3
    )


class TakeForm(Form):
    """Why an appeal that came too late is admitted or refused; nothing for one in time."""

    because = textarea_field(_l("Why do you admit it, or refuse it?"), required=UNREMARKED, rows=3)


class HearForm(Form):
    """The day of a hearing, and what was said there."""

    on = date_field(_l("Day of the hearing"), required=UNREMARKED)
    heard = textarea_field(
        _l("What was said, or why there was no hearing"),
        hint=_l("Leave this empty to invite the agency. What you write down stays, and the letter repeats it."),
        required=UNREMARKED,
        rows=6,
    )


class OutcomeForm(Form):
    """What becomes of the appeal, and why."""

    basis = hidden_field()
    outcome = radios_field(_l("Decision"), [], required=_l("Choose a decision."))
    reasons = textarea_field(
        _l("Reasons"),
        hint=_l("The agency reads these in the decision letter. They are not public."),
        required=_l("Give the reasons for the decision."),
        rows=6,
    )

    def offer(self, shown: str) -> None:
        """Offer the outcomes, and note what the page shows."""
        self.outcome.choices = [(each.value, label(each)) for each in AppealOutcome]
        if not self.is_submitted():
            self.basis.data = shown


@bp.get("/")
@needs(Permission.CASES_VIEW)
def list_all() -> ResponseReturnValue:
    """List the appeals, open ones first."""
    page = asked_page()
    found = Page(list_appeals(database.read(), current_actor(), page), page, PAGE_SIZE)
    terms = terms_of(database.read(), [each.id for each in found.rows])
    return render_template("office/appeals.html", found=found, decide_by=terms, today=clock.today())


@bp.get("/against/<uuid:decision_id>")
@needs(Permission.DISPUTE_HANDLE)
def enter(decision_id: UUID) -> ResponseReturnValue:
    """Show the form for an appeal that came on paper."""
    return _paper(decision_id, PaperForm())


@bp.post("/against/<uuid:decision_id>")
@needs(Permission.DISPUTE_HANDLE)
def entered(decision_id: UUID) -> ResponseReturnValue:
    """Enter an appeal that came on paper."""
    form = PaperForm()
    if form.validate_on_submit():
        said = {"reasons": form.reasons.data, "late_because": form.late_because.data or ""}
        try:
            with database.write() as session:
                made = appealing.lodge(session, current_actor(), decision_id, received_on=form.received_on.data, **said)
                appeal_id = made.id
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The appeal is entered. Somebody who took no part takes it up."), "success")
            return _to(appeal_id)
    return _paper(decision_id, form), 422


@bp.get("/<uuid:appeal_id>")
@needs(Permission.CASES_VIEW)
def show_appeal(appeal_id: UUID) -> ResponseReturnValue:
    """Show one appeal, and what this person can do."""
    return _page(appeal_id)


@bp.post("/<uuid:appeal_id>/take")
@needs(Permission.CERTIFICATE_CHANGE)
def take(appeal_id: UUID) -> ResponseReturnValue:
    """Take the appeal up; one that came too late with a reason."""
    form = TakeForm()
    act = partial(appealing.take, because=form.because.data or "")
    words = _("You handle this appeal. The agency has been told.")
    return _acted(appeal_id, form, act, words) or (_page(appeal_id, taking=form), 422)


@bp.post("/<uuid:appeal_id>/refuse")
@needs(Permission.CERTIFICATE_CHANGE)
def refuse(appeal_id: UUID) -> ResponseReturnValue:
    """Refuse an appeal that came too late."""
    form = TakeForm()
    act = partial(disputes.refuse_appeal, because=form.because.data or "")
    words = _("The agency has been told why the appeal was not taken up.")
    return _acted(appeal_id, form, act, words) or (_page(appeal_id, taking=form), 422)


@bp.post("/<uuid:appeal_id>/hear")
@needs(Permission.CERTIFICATE_CHANGE)
def hear(appeal_id: UUID) -> ResponseReturnValue:
    """Invite the agency to a hearing, or write down what it said."""
    form = HearForm()
    act = partial(disputes.hear_agency, on=form.on.data, heard=form.heard.data or "")
    return _acted(appeal_id, form, act, _("Saved.")) or (_page(appeal_id, hearing=form), 422)


@bp.post("/<uuid:appeal_id>/decide")
@needs(Permission.CERTIFICATE_CHANGE)
def decide(appeal_id: UUID) -> ResponseReturnValue:
    """Decide on the appeal. 409 with what changed if the page was outdated."""
    form = OutcomeForm()
    form.offer("")
    if form.validate_on_submit():
        try:
            waits = _decide(appeal_id, form)
        except BasisMovedError as moved:
            return _page(appeal_id, deciding=form, moved=moved), 409
        except RuleError as error:
            form.complain(error)
        else:
            if waits:
                return proposed(waits)
            flash(_("The decision is taken. The agency gets a letter."), "success")
            return _to(appeal_id)
    return _page(appeal_id, deciding=form), 422


def _acted(appeal_id: UUID, form: Form, act: Callable[..., object], words: str) -> Response | None:
    """Do something with an appeal and lead to its page; None if the form does not allow it, which then says why."""
    if not form.validate_on_submit():
        return None
    try:
        with database.write() as session:
            act(session, current_actor(), appeal_id)
    except RuleError as error:
        form.complain(error)
        return None
    flash(words, "success")
    return _to(appeal_id)


def _decide(appeal_id: UUID, form: OutcomeForm) -> UUID | None:
    """Decide, or propose what takes two deciders; return the id of the proposal."""
    with drafts.deciding() as session:
        taken = appeal_or_propose(
            session,
            current_actor(),
            appeal_id,
            outcome=AppealOutcome(form.outcome.data),
            reasons=form.reasons.data,
            shown=form.basis.data or "",
        )
        return taken.id if isinstance(taken, DecisionProposal) else None


def _to(appeal_id: UUID) -> Response:
    return redirect(url_for("office.appeals.show_appeal", appeal_id=appeal_id), 303)


def _paper(decision_id: UUID, form: PaperForm) -> str:
    session = database.read()
    decision = get_contested(session, current_actor(), decision_id)
    until = appealing.appeal_by(session, decision)
    return render_template("office/appeal_form.html", decision=decision, until=until, form=form)


def _page(
    appeal_id: UUID,
    *,
    taking: TakeForm | None = None,
    hearing: HearForm | None = None,
    deciding: OutcomeForm | None = None,
    moved: BasisMovedError | None = None,
) -> str:
    session, actor = database.read(), current_actor()
    appeal = get_appeal(session, actor, appeal_id)
    judges = actor.has(Permission.CERTIFICATE_CHANGE) and appeal.state in APPEAL_FLOW.unfinished
    mine = appeal.handler_id == actor.id
    forms = {
        "taking": taking or TakeForm(formdata=None),
        "hearing": hearing or HearForm(formdata=None),
        "deciding": deciding or OutcomeForm(formdata=None),
    }
    if judges and mine:
        forms["deciding"].offer(appealing.appeal_basis(session, appeal).shown)
    if not appeal.is_late or appeal.handler:
        del forms["taking"].because
    return render_template(
        "office/appeal.html",
        appeal=appeal,
        decide_by=terms_of(session, [appeal.id]).get(appeal.id),
        held_back=appealing.holds_back(session, appeal),
        judges=judges,
        mine=mine,
        bar=bar_of(session, appeal.agency_id, actor.id) if judges else None,
        took_it=judges and actor.id in deciders_of(session, appeal.decision_id),
        waiting=find_proposal(session, appeal.agency_id) if judges else None,
        moved=moved,
        trail_steps=trail_of(session, [appeal.id]),
        forms=list(forms.values()),
        **forms,
    )
