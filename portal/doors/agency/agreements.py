"""The certification agreement: what an application accepted, and a new text that a holder is asked to accept."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audits.applications import services
from audits.applications.queries import AskedAgreement, acceptance_of, agreement_of, asked_agreement
from audits.core.access import Permission
from audits.core.errors import NotFoundError, RuleError
from audits.people.queries import signatories_of
from portal.doors.agency.declaration import SignedForm
from portal.doors.agency.door import bp, open_case
from portal.stores import database
from portal.web.access import current_actor, needs


class AcceptanceForm(SignedForm):
    """The acceptance of the agreement alone."""

    declared = None


@bp.get("/applications/<uuid:application_id>/agreement")
@needs(Permission.APPLICATION_VIEW)
def agreement(application_id: UUID) -> ResponseReturnValue:
    """Show the certification agreement, and who accepted it."""
    application = open_case(application_id).application
    text = agreement_of(application)
    if text is None:
        abort(404)
    accepted = acceptance_of(database.read(), application)
    return render_template("agency/agreement.html", application=application, agreement=text, acceptance=accepted)


@bp.get("/agreement")
@needs(Permission.APPLICATION_VIEW)
def new_agreement() -> ResponseReturnValue:
    """Show the agreement that changed, and take its acceptance from those who may sign."""
    asked = _asked()
    return _page(asked, AcceptanceForm(agreement=asked.agreement.sha256, declared_name=current_user.name))


@bp.post("/agreement")
@needs(Permission.APPLICATION_SIGN)
def new_agreement_accepted() -> ResponseReturnValue:
    """Accept the agreement that was shown. A second click leads home, where nothing is asked any more."""
    if not asked_agreement(database.read(), current_actor()):
        return redirect(url_for("agency.home"), 303)
    form = AcceptanceForm()
    if form.validate_on_submit():
        try:
            current_user.confirm(form.password.data)
            with database.write() as session:
                services.accept_changed_agreement(
                    session, current_actor(), declared_name=form.declared_name.data, seen=form.agreement.data
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("You have accepted the certification agreement."), "success")
            return redirect(url_for("agency.home"), 303)
    return _page(_asked(), form), 422


def _asked() -> AskedAgreement:
    if asked := asked_agreement(database.read(), current_actor()):
        return asked
    raise NotFoundError("There is no such page.")


def _page(asked: AskedAgreement, form: AcceptanceForm) -> str:
    return render_template(
        "agency/new_agreement.html",
        asked=asked,
        signatories=signatories_of(database.read(), asked.application.agency_id),
        may_sign=current_actor().has(Permission.APPLICATION_SIGN),
        form=form,
    )
