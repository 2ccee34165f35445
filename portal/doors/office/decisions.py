"""The page of the independent decision: everything to consider, and the form."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.decisions.basis import BasisMovedError, audit_basis, standing
from audits.decisions.queries import find_decision
from audits.decisions.rules import Outcome, possible_outcomes, reasons_against
from audits.decisions.services import decide
from audits.inspections import queries
from audits.inspections.comparison import compare, differing, nowhere_assessed
from audits.inspections.workflow import AUDIT_FLOW
from audits.people.independence import bar_of
from audits.schemes.cycle import DecisionKind
from audits.schemes.queries import grounds_for, scheme_of_version
from certificates.documents.queries import find_document
from certificates.documents.stages import DocumentKind
from portal.doors.office.forms import DecisionForm
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("decisions", __name__, url_prefix="/audits")


@bp.get("/<uuid:audit_id>/decision")
@needs(Permission.DECISION_TAKE)
def decision(audit_id: UUID) -> ResponseReturnValue:
    """Show everything that a decider needs."""
    return _page(audit_id, DecisionForm())


@bp.post("/<uuid:audit_id>/decision")
@needs(Permission.DECISION_TAKE)
def decision_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Take the decision. 409 with what changed if the page was outdated."""
    form = DecisionForm()
    form.offer(list(Outcome), {})
    if form.validate_on_submit():
        try:
            _decide(audit_id, form)
        except BasisMovedError as moved:
            return _page(audit_id, form, moved), 409
        except RuleError as error:
            form.complain(error)
        else:
            words = _("The decision is recorded. The agency gets a letter, and a certificate if you granted it.")
            flash(words, "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _page(audit_id, form), 422


def _decide(audit_id: UUID, form: DecisionForm) -> None:
    with database.write() as session:
        decide(
            session,
            current_actor(),
            audit_id,
            outcome=Outcome(form.outcome.data),
            reasons=form.reasons.data,
            conditions=(form.conditions.data or "").splitlines(),
            grounds=form.grounds.data,
            shown=form.basis.data or "",
        )


def _page(audit_id: UUID, form: DecisionForm, moved: BasisMovedError | None = None) -> str:
    session, actor = database.read(), current_actor()
    audit = queries.get_audit(session, actor, audit_id)
    scheme, found = scheme_of_version(audit.scheme_version), queries.findings_of(session, audit_id)
    stand, compared = standing(scheme, found), compare(session, audit)
    allowed = possible_outcomes(scheme.scoring, **stand)
    offered = [outcome for outcome in Outcome if outcome in allowed]
    grounds = {each: grounds_for(audit.scheme_version, DecisionKind(each)) for each in offered}
    form.offer(offered, grounds, audit_basis(session, audit).shown)
    taken = find_decision(session, actor, audit_id)
    return render_template(
        "office/decision.html",
        audit=audit,
        scheme=scheme,
        findings=found,
        notes=queries.confidential_notes(session, scheme, found),
        rounds=queries.rounds_of_audit(session, audit_id),
        files=queries.files_of_audit(session, audit_id),
        changes=queries.changed_verdicts(session, audit_id),
        populations=queries.populations_of(session, audit_id),
        differing=differing(scheme, compared),
        unknown=nowhere_assessed(scheme, compared),
        bar=None if taken else bar_of(session, audit.agency_id, actor.id),
        decision=taken,
        report=find_document(session, actor, DocumentKind.AUDIT_REPORT, audit_id),
        ready=audit.state in AUDIT_FLOW.waiting_for(Permission.DECISION_TAKE),
        against=reasons_against(scheme.scoring, **stand),
        form=form,
        moved=moved,
    )
