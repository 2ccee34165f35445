"""Pages of one audit: samples, verdicts, findings, review, reopening and cancelling."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.core.flow import moved_on
from audits.correspondence.queries import objections_of, proposed_days
from audits.decisions.queries import find_decision
from audits.findings.queries import file_of
from audits.findings.services import review_audit as pass_on
from audits.inspections import queries, services
from audits.inspections.calendars import doubts_of_first_day
from audits.inspections.comparison import compare, differing, nowhere_assessed
from audits.inspections.coverage import chosen_of, scheme_of_audit, scope_looked_at
from audits.inspections.drafts import reading_of
from audits.inspections.models import Audit
from audits.inspections.workflow import AUDIT_FLOW, AuditState
from audits.people.trail import trail_of
from certificates.documents.queries import find_document
from certificates.documents.stages import DocumentKind
from portal.doors.downloads import attachment
from portal.doors.office import case_file
from portal.doors.office.calendar import WARNINGS
from portal.doors.office.forms import ReasonForm, ReplanForm, ReviewForm, review_form
from portal.doors.office.inspectors import offer_inspectors, show_lacks
from portal.signing import receipts
from portal.stores import database
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.security_log import Kind

bp = Blueprint("audits", __name__, url_prefix="/audits")

OFFERED = {"conclude", "review", "reopen", "cancel"}
WITH_REASON = {"reopen": services.reopen_audit, "cancel": services.cancel_audit}


@bp.get("/<uuid:audit_id>")
@needs(Permission.CASES_VIEW)
def show_audit(audit_id: UUID) -> ResponseReturnValue:
    """Show samples, verdicts and findings, with the possible moves."""
    return _page(audit_id)


@bp.get("/<uuid:audit_id>/requirements")
@needs(Permission.CASES_VIEW)
def show_requirements(audit_id: UUID) -> ResponseReturnValue:
    """List every requirement with the agency's answer and the verdicts."""
    session = database.read()
    audit = queries.get_audit(session, current_actor(), audit_id)
    scheme = scheme_of_audit(audit)
    rows = {row.code: row for row in compare(session, audit)}
    return render_template("office/requirements.html", audit=audit, scheme=scheme, rows=rows, chosen=chosen_of(audit))


@bp.get("/<uuid:audit_id>/requirements/<code>")
@needs(Permission.CASES_VIEW)
def show_verdicts(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Show what the inspector saw at each unit of one requirement, and every verdict that was changed."""
    session = database.read()
    audit = queries.get_audit(session, current_actor(), audit_id)
    scheme = scheme_of_audit(audit)
    if code not in {item.code for item in scheme.requirements}:
        abort(404)
    item = scheme.requirement(code)
    drawn, said = queries.drawn_and_judged(session, audit_id, [item.unit], [code])
    return render_template(
        "office/verdicts.html",
        audit=audit,
        scheme=scheme,
        item=item,
        origins=drawn.get(item.unit, {}),
        verdicts=said.get(code, {}),
        changes=[each for each in queries.changed_verdicts(session, audit_id) if each.requirement_code == code],
    )


@bp.get("/<uuid:audit_id>/sealed.json")
@needs(Permission.CASES_VIEW)
def export_audit(audit_id: UUID) -> ResponseReturnValue:
    """Send every entry, verdict and draw of an audit, for the stand-alone verifier."""
    session = database.read()
    audit = queries.get_audit(session, current_actor(), audit_id)
    response = attachment(receipts.exported(session, audit), f"{audit.reference}.json", "application/json")
    security_log.note(Kind.DOCUMENT_DOWNLOADED, subject_id=audit_id)
    return response


@bp.post("/<uuid:audit_id>/review")
@needs(Permission.AUDIT_REVIEW)
def review_audit(audit_id: UUID) -> ResponseReturnValue:
    """Pass the file to a decider (ISO/IEC 17065 clause 7.5)."""
    form = review_form(scheme_of_audit(queries.get_audit(database.read(), current_actor(), audit_id)))
    if form.validate_on_submit():
        try:
            with database.write() as session:
                pass_on(
                    session,
                    current_actor(),
                    audit_id,
                    recommendation=form.recommendation.data,
                    ticked=form.ticked(),
                    remark=form.data.get("remark") or "",
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The file is ready for a decision."), "success")
            return redirect(url_for("office.home"), 303)
    return _page(audit_id, form), 422


@bp.get("/<uuid:audit_id>/reopen")
@needs(Permission.AUDIT_REVIEW)
def reopen(audit_id: UUID) -> ResponseReturnValue:
    """Ask for the reason to send the audit back."""
    return _reason_page(audit_id, ReasonForm(), "reopen")


@bp.post("/<uuid:audit_id>/reopen")
@needs(Permission.AUDIT_REVIEW)
def reopen_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Send the audit back to the inspector."""
    return _with_reason(audit_id, "reopen")


@bp.get("/<uuid:audit_id>/cancel")
@needs(Permission.AUDIT_PLAN)
def cancel(audit_id: UUID) -> ResponseReturnValue:
    """Ask for the reason to cancel."""
    return _reason_page(audit_id, ReasonForm(), "cancel")


@bp.post("/<uuid:audit_id>/cancel")
@needs(Permission.AUDIT_PLAN)
def cancel_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Cancel the audit; another can be planned."""
    return _with_reason(audit_id, "cancel")


@bp.get("/<uuid:audit_id>/replan")
@needs(Permission.AUDIT_PLAN)
def replan(audit_id: UUID) -> ResponseReturnValue:
    """Ask for another inspector or first day, and the reason."""
    audit = _unfinished(audit_id)
    form = ReplanForm(inspector=str(audit.inspector_id), planned_on=audit.planned_on)
    return _replan_page(audit, form)


@bp.post("/<uuid:audit_id>/replan")
@needs(Permission.AUDIT_PLAN)
def replan_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Change inspector or first day; nothing that was recorded is lost."""
    audit, form = _unfinished(audit_id), ReplanForm()
    offer_inspectors(form, audit.agency_id, audit.scheme_version_id, audit_id)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.replan_audit(
                    session,
                    current_actor(),
                    audit_id,
                    inspector_id=UUID(form.inspector.data),
                    planned_on=form.planned_on.data,
                    reason=form.reason.data,
                    despite=form.despite.data or "",
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The audit is changed. Everybody who must know gets a mail."), "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _replan_page(audit, form), 422


def _unfinished(audit_id: UUID) -> Audit:
    audit = queries.get_audit(database.read(), current_actor(), audit_id)
    if audit.state not in AUDIT_FLOW.unfinished:
        raise moved_on()
    return audit


def _replan_page(audit: Audit, form: ReplanForm) -> str:
    left_out = offer_inspectors(form, audit.agency_id, audit.scheme_version_id, audit.id)
    lacking = show_lacks(form, scope_looked_at(audit), audit.scheme_version, audit.planned_on)
    proposed = proposed_days(database.read(), audit.id)
    return render_template(
        "office/replan.html", audit=audit, form=form, left_out=left_out, lacking=lacking, proposed=proposed
    )


def _page(audit_id: UUID, form: ReviewForm | None = None) -> str:
    session, actor = database.read(), current_actor()
    audit = queries.get_audit(session, actor, audit_id)
    scheme, is_planned = scheme_of_audit(audit), audit.state is AuditState.PLANNED
    file = file_of(session, audit)
    decision = find_decision(session, actor, audit_id)
    compared = compare(session, audit)
    subjects = [
        audit_id,
        *(finding.id for finding in (*file.findings, *file.replaced)),
        *([decision.id] if decision else []),
    ]
    return render_template(
        "office/audit.html",
        audit=audit,
        **case_file.shown(file, scheme),
        populations=[] if is_planned else queries.populations_of(session, audit_id),  # drawn after the start
        differing=differing(scheme, compared),
        unknown=nowhere_assessed(scheme, compared),
        decision=decision,
        report=find_document(session, actor, DocumentKind.AUDIT_REPORT, audit_id) if audit.reported_at else None,
        reading=reading_of(session, audit_id),
        trail_steps=trail_of(session, subjects),
        moves={move.name for move in AUDIT_FLOW.open_moves(audit.state) if actor.has(move.permission)} & OFFERED,
        doubts=[_(WARNINGS[each]) for each in doubts_of_first_day(session, audit)] if is_planned else [],
        objections=objections_of(session, audit_id),
        may_replan=actor.has(Permission.AUDIT_PLAN) and audit.state in AUDIT_FLOW.unfinished,
        form=form or review_form(scheme),
    )


def _reason_page(audit_id: UUID, form: ReasonForm, move: str) -> str:
    audit = queries.get_audit(database.read(), current_actor(), audit_id)
    AUDIT_FLOW.target(audit.state, move)
    return render_template("office/reason.html", audit=audit, form=form, move=move)


def _with_reason(audit_id: UUID, move: str) -> ResponseReturnValue:
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                WITH_REASON[move](session, current_actor(), audit_id, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The reason is in the file."), "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _reason_page(audit_id, form, move), 422
