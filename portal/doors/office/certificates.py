"""Pages of certificates: view, suspend, lift, withdraw, end, keep, amend."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies.rules import StatedScope
from audits.changes.queries import referred_changes
from audits.changes.rules import Consequence
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import NotFoundError, RuleError
from audits.core.flow import moved_on
from audits.decisions.basis import BasisMovedError
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.proposals import find_proposal
from audits.decisions.queries import decisions_about, provisional_suspension, waiting_decision
from audits.decisions.rules import ENDS_PROVISION, MAY_WAIT
from audits.people.independence import bar_of
from audits.schemes.cycle import DecisionKind
from audits.schemes.queries import grounds_for, scheme_of_version
from certificates.documents.queries import find_document
from certificates.documents.stages import DocumentKind
from certificates.lifecycle import queries, services
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.terms import latest_effect, waits_for_appeal
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState
from portal.doors.office import drafts
from portal.doors.office.change_form import ChangeForm
from portal.doors.office.proposals import proposed
from portal.language import changed
from portal.language.changed import Line
from portal.language.dates import date_text
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("certificates", __name__, url_prefix="/certificates")

ANSWERS = {"confirm", *(kind.value for kind in ENDS_PROVISION)}
# A condition is met on a page of its own.
CHANGES = {kind.value for kind in services.CHANGES if kind is not DecisionKind.CONDITION_MET} | {"confirm"}


@bp.get("/")
@needs(Permission.CASES_VIEW)
def list_certificates() -> ResponseReturnValue:
    """List the certificates in force, or those in any state that match a name or number."""
    text, page = request.args.get("q", ""), asked_page()
    states = None if text.strip() else CURRENT
    found = queries.search_certificates(database.read(), current_actor(), text, page, states=states)
    part = Page(found, page, queries.PAGE_SIZE)
    return render_template("office/certificates.html", found=part, text=text, today=clock.today())


@bp.get("/<uuid:certificate_id>")
@needs(Permission.CASES_VIEW)
def show_certificate(certificate_id: UUID) -> ResponseReturnValue:
    """Show one certificate, its history, the decisions about it and its document."""
    session, actor = database.read(), current_actor()
    certificate = queries.get_certificate(session, actor, certificate_id)
    urgent = queries.urgent_tasks(session, actor, certificate.agency_id) if certificate.state in CURRENT else []
    hearing = queries.hearings(session, actor, certificate.agency_id) if certificate.state in CURRENT else []
    moves = [move.name for move in CERTIFICATE_FLOW.open_moves(certificate.state) if actor.has(move.permission)]
    return render_template(
        "office/certificate.html",
        certificate=certificate,
        status=certificate.status_on(clock.today()),
        register_url=certificate.snapshot["register_url"],
        changes=queries.changes_of(session, certificate_id),
        decisions=decisions_about(session, actor, certificate_id),
        document=find_document(session, actor, DocumentKind.CERTIFICATE, certificate_id),
        waiting=find_proposal(session, certificate.agency_id),
        later=(later := waiting_decision(session, certificate.agency_id)),
        held_back=later is not None and waits_for_appeal(later, certificate.scheme_version),
        urgent=urgent,
        may_plan=actor.has(Permission.AUDIT_PLAN) and certificate.state in CURRENT,
        anew=_anew(certificate),
        hearing=hearing,
        conditions=queries.conditions_held(session, actor, certificate) if certificate.conditional else [],
        today=clock.today(),
        moves=["maintain"] * bool(urgent and moves) + ["confirm"] * bool(hearing and moves) + moves,
    )


@bp.get("/<uuid:certificate_id>/<move>")
@needs(Permission.CERTIFICATE_CHANGE)
def change(certificate_id: UUID, move: str) -> ResponseReturnValue:
    """Ask for grounds and reasons, and show what will be public."""
    return _page(certificate_id, move, ChangeForm())


@bp.post("/<uuid:certificate_id>/<move>")
@needs(Permission.CERTIFICATE_CHANGE)
def change_submitted(certificate_id: UUID, move: str) -> ResponseReturnValue:
    """Decide; the register shows it at once. 409 with what changed if the page was outdated."""
    form = ChangeForm()
    if move in CHANGES and form.validate_on_submit():
        try:
            proposal = _change(certificate_id, move, form)
        except BasisMovedError as moved:
            return _page(certificate_id, move, form, moved), 409
        except RuleError as error:
            form.complain(error)
        else:
            if proposal:
                return proposed(proposal)
            flash(_done(certificate_id), "success")
            return redirect(url_for("office.certificates.show_certificate", certificate_id=certificate_id), 303)
    return _page(certificate_id, move, form), 422


def _done(certificate_id: UUID) -> str:
    session = database.read()
    certificate = queries.get_certificate(session, current_actor(), certificate_id)
    if later := waiting_decision(session, certificate.agency_id):
        return str(_("Done. It counts from %(day)s.", day=date_text(later.effective_on)))
    return str(_("Done. The public register shows it now."))


def _change(certificate_id: UUID, move: str, form: ChangeForm) -> UUID | None:
    """Decide, or propose what takes two deciders; return the id of the proposal."""
    actor, heard = current_actor(), form.heard.data or "" if form.heard else ""
    said: dict[str, Any] = {"reasons": form.reasons.data, "shown": form.basis.data or ""}
    with drafts.deciding() as session:
        if move == "confirm":
            services.confirm_suspension(session, actor, certificate_id, heard=heard, **said)
            return None
        said["grounds"] = form.grounds.data
        if move == "suspend" and form.at_once.data:
            parts = form.excepted.data or () if form.excepted else ()
            said |= {"effective_on": form.effective_on.data.isoformat()} if form.effective_on.data else {}
            services.suspend_certificate(session, actor, certificate_id, provisional=True, excepted=parts, **said)
            return None
        kind, parts = DecisionKind(move), form.excepted.data or () if move == "suspend" and form.excepted else ()
        said |= {"heard": heard, "excepted": parts, "effective_on": form.effective_on and form.effective_on.data}
        taken = services.change_or_propose(session, actor, certificate_id, kind, **said)
        return taken.id if isinstance(taken, DecisionProposal) else None


def _page(certificate_id: UUID, move: str, form: ChangeForm, moved: BasisMovedError | None = None) -> str:
    if move not in CHANGES:
        raise NotFoundError("There is no such page.")
    session, actor = database.read(), current_actor()
    certificate = queries.get_certificate(session, actor, certificate_id)
    _check_open(certificate, move)
    provisional = provisional_suspension(session, certificate.agency_id)
    _check_answers(move, provisional)
    kind = DecisionKind.SUSPEND if move == "confirm" else DecisionKind(move)
    grounds = grounds_for(certificate.scheme_version, kind) if move != "confirm" else ()
    shown, heard = queries.basis_of(session, certificate, kind).shown, provisional is not None and move in ANSWERS
    if move == "suspend" and certificate.state is CertificateState.ACTIVE:
        form.offer_parts(StatedScope.of(certificate.scope), scheme_of_version(certificate.scheme_version))
    may_wait = kind in MAY_WAIT and provisional is None
    latest = latest_effect(certificate, kind, clock.today()) if may_wait else None
    earliest = services.earliest_effect(session, certificate, kind) if may_wait else clock.today()
    form.offer(grounds, shown, at_once=move == "suspend", heard=heard, latest=latest, earliest=earliest)
    return render_template(
        "office/change.html",
        certificate=certificate,
        status=certificate.status_on(clock.today()),
        decisions=decisions_about(session, actor, certificate_id),
        bar=bar_of(session, certificate.agency_id, actor.id),
        waiting=find_proposal(session, certificate.agency_id),
        later=(later := waiting_decision(session, certificate.agency_id)),
        held_back=later is not None and waits_for_appeal(later, certificate.scheme_version),
        provisional=provisional,
        said=queries.statements_of(session, provisional.id) if heard and provisional else [],
        own=provisional is not None and provisional.decider_id == actor.id,
        move=move,
        form=form,
        moved=moved,
        reported=_reported(certificate, services.ISSUED_ANEW[kind]) if kind in services.ISSUED_ANEW else [],
    )


def _anew(certificate: Certificate) -> list[DecisionKind]:
    """Return the decisions by which this certificate can be issued anew now: a reported change waits for them."""
    if certificate.state is not CertificateState.ACTIVE:
        return []
    session, waits = database.read(), services.ISSUED_ANEW
    return [kind for kind in waits if referred_changes(session, certificate.agency_id, waits[kind])]


def _reported(certificate: Certificate, consequence: Consequence) -> list[tuple[str, list[Line]]]:
    """Return the reported changes that wait for this decision: their titles, with old beside new."""
    session = database.read()
    scheme = scheme_of_version(certificate.scheme_version)
    found = referred_changes(session, certificate.agency_id, consequence)
    return [(changed.title(each), changed.lines(each, scheme)) for each in found]


def _check_answers(move: str, provisional: Decision | None) -> None:
    """Raise IllegalMoveError for the confirmation of a suspension that is not provisional."""
    if move == "confirm" and provisional is None:
        raise moved_on()


def _check_open(certificate: Certificate, move: str) -> None:
    """Raise IllegalMoveError for a move that the state excludes; what lives can be kept."""
    if move in CERTIFICATE_FLOW.moves:
        CERTIFICATE_FLOW.target(certificate.state, move)
    elif certificate.state not in (CURRENT if move in {"maintain", "confirm"} else {CertificateState.ACTIVE}):
        raise moved_on()
