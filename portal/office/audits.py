"""The file of one audit: review, and the independent decision."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import events
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.decisions.basis import standing
from audits.decisions.independence import bar_of
from audits.decisions.queries import find_decision
from audits.decisions.rules import Outcome, possible_outcomes, reasons_against
from audits.decisions.services import decide
from audits.inspections import queries, services
from audits.inspections.workflow import AUDIT_FLOW, AuditState
from audits.schemes.queries import norm_of
from certificates.queries import find_document
from portal import database
from portal.access import current_actor, needs
from portal.office.forms import DecisionForm, ReasonForm, ReviewForm

bp = Blueprint("office_audits", __name__, url_prefix="/office/audits")


@bp.get("/<uuid:audit_id>")
@needs(Permission.CASES_VIEW)
def show_audit(audit_id: UUID) -> ResponseReturnValue:
    """What was drawn, seen and found, and what can be done now."""
    return _page(audit_id, ReviewForm())


@bp.post("/<uuid:audit_id>/review")
@needs(Permission.AUDIT_REVIEW)
def review_audit(audit_id: UUID) -> ResponseReturnValue:
    """Hand the file to a decider (ISO/IEC 17065 clause 7.5)."""
    form = ReviewForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.review_audit(session, current_actor(), audit_id, recommendation=form.recommendation.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The file is ready for a decision."))
            return redirect(url_for("office.home"), 303)
    return _page(audit_id, form), 422


@bp.get("/<uuid:audit_id>/reopen")
@needs(Permission.AUDIT_REVIEW)
def reopen(audit_id: UUID) -> ResponseReturnValue:
    """Ask why the file goes back to the inspector."""
    return _reason_page(audit_id, ReasonForm(), "reopen")


@bp.post("/<uuid:audit_id>/reopen")
@needs(Permission.AUDIT_REVIEW)
def reopen_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Send the file back to the inspector."""
    return _with_reason(audit_id, "reopen")


@bp.get("/<uuid:audit_id>/cancel")
@needs(Permission.AUDIT_PLAN)
def cancel(audit_id: UUID) -> ResponseReturnValue:
    """Ask why the audit is cancelled."""
    return _reason_page(audit_id, ReasonForm(), "cancel")


@bp.post("/<uuid:audit_id>/cancel")
@needs(Permission.AUDIT_PLAN)
def cancel_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Cancel the audit; another can be planned."""
    return _with_reason(audit_id, "cancel")


@bp.get("/<uuid:audit_id>/decision")
@needs(Permission.DECISION_TAKE)
def decision(audit_id: UUID) -> ResponseReturnValue:
    """Everything a decider needs on one page."""
    return _decision_page(audit_id, DecisionForm())


@bp.post("/<uuid:audit_id>/decision")
@needs(Permission.DECISION_TAKE)
def decision_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Take the decision."""
    form = DecisionForm()
    form.offer(list(Outcome))
    if form.validate_on_submit():
        try:
            with database.write() as session:
                decide(
                    session,
                    current_actor(),
                    audit_id,
                    outcome=Outcome(form.outcome.data),
                    reasons=form.reasons.data,
                    conditions=(form.conditions.data or "").splitlines(),
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The decision is recorded. The agency gets a letter, and a certificate if you granted it."))
            return redirect(url_for("office_audits.show_audit", audit_id=audit_id), 303)
    return _decision_page(audit_id, form), 422


def _page(audit_id: UUID, form: ReviewForm) -> str:
    session, actor = database.read(), current_actor()
    audit = queries.get_audit(session, actor, audit_id)
    return render_template(
        "office/audit.html",
        audit=audit,
        norm=norm_of(audit.scheme_version),
        findings=queries.findings_of(session, audit_id),
        populations=queries.populations_of(session, audit_id),
        decision=find_decision(session, actor, audit_id),
        report=find_document(session, actor, "audit_report", audit_id),
        history=events.history(session, audit_id),
        moves={move.name for move in AUDIT_FLOW.open_moves(audit.state) if actor.has(move.permission)},
        form=form,
    )


def _reason_page(audit_id: UUID, form: ReasonForm, move: str) -> str:
    audit = queries.get_audit(database.read(), current_actor(), audit_id)
    return render_template("office/reason.html", audit=audit, form=form, move=move)


def _with_reason(audit_id: UUID, move: str) -> ResponseReturnValue:
    form = ReasonForm()
    service = {"reopen": services.reopen_audit, "cancel": services.cancel_audit}[move]
    if form.validate_on_submit():
        try:
            with database.write() as session:
                service(session, current_actor(), audit_id, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The reason is in the file."))
            return redirect(url_for("office_audits.show_audit", audit_id=audit_id), 303)
    return _reason_page(audit_id, form, move), 422


def _decision_page(audit_id: UUID, form: DecisionForm) -> str:
    session, actor = database.read(), current_actor()
    audit = queries.get_audit(session, actor, audit_id)
    norm, found = norm_of(audit.scheme_version), queries.findings_of(session, audit_id)
    stand = standing(norm, found)
    allowed = possible_outcomes(norm.scoring, **stand)
    form.offer([outcome for outcome in Outcome if outcome in allowed])
    return render_template(
        "office/decision.html",
        audit=audit,
        norm=norm,
        findings=found,
        populations=queries.populations_of(session, audit_id),
        bar=bar_of(session, audit, actor.id),
        decision=find_decision(session, actor, audit_id),
        report=find_document(session, actor, "audit_report", audit_id),
        ready=audit.state is AuditState.REVIEWED,
        against=reasons_against(norm.scoring, **stand),
        form=form,
    )
