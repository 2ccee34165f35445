"""Pages of certificates: view, suspend, lift, withdraw."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import NotFoundError, RuleError
from certificates.documents.queries import find_document
from certificates.documents.stages import DocumentKind
from certificates.lifecycle import queries, services
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT
from portal.doors.office.forms import ChangeForm
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("certificates", __name__, url_prefix="/certificates")

CHANGES = {
    "suspend": services.suspend_certificate,
    "lift": services.lift_suspension,
    "withdraw": services.withdraw_certificate,
}


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
    """Show one certificate, its history and its document."""
    session, actor = database.read(), current_actor()
    certificate = queries.get_certificate(session, actor, certificate_id)
    return render_template(
        "office/certificate.html",
        certificate=certificate,
        status=certificate.status_on(clock.today()),
        register_url=certificate.snapshot["register_url"],
        changes=queries.changes_of(session, certificate_id),
        document=find_document(session, actor, DocumentKind.CERTIFICATE, certificate_id),
        moves=[move.name for move in CERTIFICATE_FLOW.open_moves(certificate.state) if actor.has(move.permission)],
    )


@bp.get("/<uuid:certificate_id>/<move>")
@needs(Permission.CERTIFICATE_CHANGE)
def change(certificate_id: UUID, move: str) -> ResponseReturnValue:
    """Ask for the reason, and show what will be public."""
    return _page(certificate_id, move, ChangeForm())


@bp.post("/<uuid:certificate_id>/<move>")
@needs(Permission.CERTIFICATE_CHANGE)
def change_submitted(certificate_id: UUID, move: str) -> ResponseReturnValue:
    """Suspend, lift or withdraw; the register shows it at once."""
    form = ChangeForm()
    if move in CHANGES and form.validate_on_submit():
        try:
            with database.write() as session:
                CHANGES[move](session, current_actor(), certificate_id, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The public register shows it now."), "success")
            return redirect(url_for("office.certificates.show_certificate", certificate_id=certificate_id), 303)
    return _page(certificate_id, move, form), 422


def _page(certificate_id: UUID, move: str, form: ChangeForm) -> str:
    if move not in CHANGES:
        raise NotFoundError("There is no such page.")
    certificate = queries.get_certificate(database.read(), current_actor(), certificate_id)
    CERTIFICATE_FLOW.target(certificate.state, move)
    return render_template("office/change.html", certificate=certificate, move=move, form=form)
