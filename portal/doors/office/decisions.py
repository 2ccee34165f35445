"""The page of the independent decision: everything to consider, and the form."""

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies.rules import Scope, StatedScope
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.decisions.basis import BasisMovedError, compared_in, standing
from audits.decisions.models import DecisionProposal
from audits.decisions.queries import find_decision
from audits.decisions.rules import Outcome, possible_outcomes, reasons_against
from audits.decisions.scope import addable, grantable
from audits.findings.queries import file_of
from audits.inspections import queries
from audits.inspections.comparison import compare, differing, nowhere_assessed
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.models import Audit, Finding
from audits.inspections.services import send_back_audit
from audits.inspections.workflow import AUDIT_FLOW, BackTo
from audits.people.independence import bar_of
from audits.schemes.cycle import DecisionKind, Ground
from audits.schemes.queries import grounds_for, scheme_of_version
from audits.schemes.text import SchemeText
from certificates.documents.queries import find_document_id
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import BeforeDeciding, before_deciding, holder_basis, ways_of
from certificates.lifecycle.rules import Fate, Status, fates
from certificates.lifecycle.services import decide_or_propose, end_audit_or_propose
from portal.doors.office import case_file, drafts
from portal.doors.office.forms import DecisionForm, HolderDecisionForm, SendBackForm
from portal.doors.office.proposals import proposed
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("decisions", __name__, url_prefix="/audits")

_SHOWN = {Outcome.GRANT: Status.CERTIFIED, Outcome.GRANT_WITH_CONDITIONS: Status.CONDITIONAL}
"""What the register shows after each grant."""

NOTHING = BeforeDeciding(held=None, waiting=None, tied=False, bar=None, report_id=None)


@bp.get("/<uuid:audit_id>/decision")
@needs(Permission.DECISION_TAKE)
def decision(audit_id: UUID) -> ResponseReturnValue:
    """Show everything that a decider needs."""
    return _page(audit_id)


@bp.post("/<uuid:audit_id>/decision")
@needs(Permission.DECISION_TAKE)
def decision_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Take the decision. 409 with what changed if the page was outdated."""
    form = DecisionForm()
    form.offer(list(Outcome), {}, fates=list(Fate))
    if form.validate_on_submit():
        try:
            proposal = _decide(audit_id, form)
        except BasisMovedError as moved:
            return _page(audit_id, form, moved), 409
        except RuleError as error:
            form.complain(error)
        else:
            if proposal:
                return proposed(proposal)
            words = _("The decision is recorded. The agency gets a letter, and a certificate if you granted it.")
            flash(words, "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _page(audit_id, form), 422


@bp.post("/<uuid:audit_id>/decision/certificate")
@needs(Permission.DECISION_TAKE)
def certificate_submitted(audit_id: UUID) -> ResponseReturnValue:
    """End an audit of a holder with a decision about the certificate. 409 with what changed as above."""
    form = HolderDecisionForm()
    form.offer(dict.fromkeys(Fate, ()))
    if form.validate_on_submit():
        try:
            with drafts.deciding() as session:
                taken = end_audit_or_propose(
                    session,
                    current_actor(),
                    audit_id,
                    fate=Fate(form.fate.data),
                    reasons=form.reasons.data,
                    grounds=form.grounds.data or (),
                    scope=form.scope.data or (),
                    shown=form.basis.data or "",
                )
                proposal = taken.id if isinstance(taken, DecisionProposal) else None
        except BasisMovedError as moved:
            return _page(audit_id, form, moved), 409
        except RuleError as error:
            form.complain(error)
        else:
            if proposal:
                return proposed(proposal)
            flash(_("The decision is recorded. The agency gets a letter, and the register shows it."), "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _page(audit_id, form), 422


@bp.get("/<uuid:audit_id>/send-back")
@needs(Permission.DECISION_TAKE)
def send_back(audit_id: UUID) -> ResponseReturnValue:
    """Ask what is needed before a decision, and of whom."""
    return _send_back_page(audit_id, SendBackForm())


@bp.post("/<uuid:audit_id>/send-back")
@needs(Permission.DECISION_TAKE)
def send_back_submitted(audit_id: UUID) -> ResponseReturnValue:
    """Send the file back; a reviewer looks at it again."""
    form = SendBackForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                to = BackTo(form.to.data)
                send_back_audit(session, current_actor(), audit_id, to=to, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Sent back. Nothing was undone. A reviewer looks at the file again before you decide."), "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _send_back_page(audit_id, form), 422


def _send_back_page(audit_id: UUID, form: SendBackForm) -> str:
    audit = queries.get_audit(database.read(), current_actor(), audit_id)
    AUDIT_FLOW.target(audit.state, "send_back")
    return render_template("office/send_back.html", audit=audit, form=form)


def _decide(audit_id: UUID, form: DecisionForm) -> UUID | None:
    """Decide, or propose what takes two deciders; return the id of the proposal."""
    with drafts.deciding() as session:
        taken = decide_or_propose(
            session,
            current_actor(),
            audit_id,
            outcome=Outcome(form.outcome.data),
            reasons=form.reasons.data,
            conditions=[each.form.said() for each in form.condition or ()],
            grounds=form.grounds.data,
            fate=Fate(form.fate.data) if form.fate.data else None,
            fate_reasons=form.fate_reasons.data or "",
            scope=form.scope.data or (),
            shown=form.basis.data or "",
        )
        return taken.id if isinstance(taken, DecisionProposal) else None


def _page(
    audit_id: UUID, form: DecisionForm | HolderDecisionForm | None = None, moved: BasisMovedError | None = None
) -> str:
    session, actor = database.read(), current_actor()
    audit = queries.get_audit(session, actor, audit_id, with_application=True)
    form = form or (DecisionForm() if audit.application_id else HolderDecisionForm())
    scheme = scheme_of_audit(audit)
    file, drawn = file_of(session, audit), queries.populations_of(session, audit_id)
    stand, taken = standing(audit, file.findings), None
    ready, offers = audit.state in AUDIT_FLOW.waiting_for(Permission.DECISION_TAKE), grantable(audit, drawn)
    beside = before_deciding(session, audit.agency_id, clock.today(), audit_id, actor) if ready else NOTHING
    held, bar, report_id = beside.held, beside.bar, beside.report_id
    possible = possible_outcomes(scheme.scoring, **stand, tied=beside.tied)
    if ready:
        basis = holder_basis(session, audit, held)
        shown, compared = basis.shown, compared_in(basis, scheme)
        if isinstance(form, DecisionForm):
            offered, ways = [outcome for outcome in Outcome if outcome in possible], fates(held.state) if held else ()
            form.offer(offered, _grounds(audit, offered, held, ways), shown, ways)
            form.offer_scope(offers, scheme, offered)
            form.offer_requirements(_in_question(audit, file.findings, scheme))
        else:
            _offer_ends(form, audit, held, shown)
    else:
        compared, taken = compare(session, audit), find_decision(session, actor, audit_id)
        bar = None if taken else bar_of(session, audit.agency_id, actor.id)
        report_id = find_document_id(session, actor, DocumentKind.AUDIT_REPORT, audit_id)
    return render_template(
        "office/decision.html",
        audit=audit,
        **case_file.shown(file, scheme),
        populations=drawn,
        differing=differing(scheme, compared),
        unknown=nowhere_assessed(scheme, compared),
        bar=bar,
        decision=taken,
        report_id=report_id,
        ready=ready,
        digest=basis.sha256 if ready else "",
        unseen_housing=_unseen_housing(audit, offers),
        against=reasons_against(scheme.scoring, **stand, tied=beside.tied),
        grants=[_SHOWN[each] for each in Outcome if each in _SHOWN and each in possible],
        form=form,
        moved=moved,
        held=held,
        today=clock.today(),
        waiting=beside.waiting,
    )


def _unseen_housing(audit: Audit, offers: StatedScope) -> bool:
    """Return whether housing was stated that cannot be granted; an audit of a holder grants none."""
    stated = audit.confirmed or audit.application.stated
    return audit.application_id is not None and stated.offers_housing and not offers.offers_housing


def _offer_ends(form: HolderDecisionForm, audit: Audit, held: Certificate | None, shown: str) -> None:
    """Offer the decisions that end an audit of a holder."""
    session = database.read()
    ways = ways_of(session, audit, held)
    form.offer(_grounds_of(held or audit, ways), shown)
    more = addable(session, audit, Scope.of(held.scope)) if held and Fate.EXTEND_SCOPE in ways else StatedScope()
    form.offer_scope(more, scheme_of_version(audit.scheme_version))


def _in_question(audit: Audit, found: Iterable[Finding], scheme: SchemeText) -> list[tuple[str, str]]:
    """Return the requirements with a finding, or on which too little was assessed, by code with their titles."""
    codes = {each.requirement_code for each in found} | {each.requirement for each in audit.shortfalls}
    titles = {code: scheme.requirement(code).title.in_(current_language()) for code in sorted(codes)}
    return [(code, f"{code} {title}") for code, title in titles.items()]


def _grounds(
    audit: Audit, outcomes: Iterable[Outcome], held: Certificate | None, ways: Iterable[Fate]
) -> dict[Outcome | Fate, tuple[Ground, ...]]:
    """Return the grounds of each decision that the page offers."""
    found: dict[Outcome | Fate, tuple[Ground, ...]] = {}
    for outcome in outcomes:
        found[outcome] = grounds_for(audit.scheme_version, DecisionKind(outcome))
    if held:
        found.update(_grounds_of(held, ways))
    return found


def _grounds_of(of: Certificate | Audit, ways: Iterable[Fate]) -> dict[Outcome | Fate, tuple[Ground, ...]]:
    return {way: grounds_for(of.scheme_version, DecisionKind(way)) for way in ways}
