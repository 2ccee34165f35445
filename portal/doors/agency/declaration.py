"""The end of an application: declared by a signatory, handed in, confirmed."""

from datetime import date
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from audits.applications import services
from audits.applications.models import Application
from audits.core.access import Permission, Role
from audits.core.calendar import add_working_days
from audits.core.clock import day_of
from audits.core.errors import IllegalMoveError, RuleError
from audits.people.queries import contacts_of
from audits.schemes.queries import scheme_of_version
from portal.doors.agency.application import own_application
from portal.doors.agency.door import bp
from portal.doors.agency.forms import DeclarationForm
from portal.stores import database
from portal.web.access import current_actor, needs


@bp.get("/applications/<uuid:application_id>/declaration")
@needs(Permission.APPLICATION_VIEW)
def declaration(application_id: UUID) -> ResponseReturnValue:
    """What is declared; for those who may not sign, who may."""
    found = own_application(application_id)
    if found.submitted_at and not found.is_draft:
        return redirect(url_for("agency.submitted", application_id=application_id))
    return _page(found, DeclarationForm(declared_name=current_user.name))


@bp.post("/applications/<uuid:application_id>/declaration")
@needs(Permission.APPLICATION_SIGN)
def declare(application_id: UUID) -> ResponseReturnValue:
    """Hand it in. A second click arrives at the same confirmation."""
    found, form = own_application(application_id), DeclarationForm()
    if not found.is_draft:
        return redirect(url_for("agency.submitted", application_id=application_id), 303)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                name = form.declared_name.data
                services.submit_application(session, current_actor(), application_id, declared_name=name)
        except RuleError as error:
            form.complain(error)
        else:
            return redirect(url_for("agency.submitted", application_id=application_id), 303)
    return _page(found, form), 422


@bp.get("/applications/<uuid:application_id>/submitted")
@needs(Permission.APPLICATION_VIEW)
def submitted(application_id: UUID) -> ResponseReturnValue:
    """The reference, and what happens next; stays true when somebody comes back to it."""
    found = own_application(application_id)
    if found.submitted_at is None:
        raise IllegalMoveError("This application is not submitted yet.")
    return render_template("agency/submitted.html", application=found, review_by=review_by(found))


def review_by(application: Application) -> date | None:
    """The day by which we say whether we take an application on."""
    if application.submitted_at is None:
        return None
    terms = scheme_of_version(application.scheme_version).terms
    return add_working_days(day_of(application.submitted_at), terms.application_review_working_days)


def _page(found: Application, form: DeclarationForm) -> str:
    people = contacts_of(database.read(), found.agency_id)
    return render_template(
        "agency/declaration.html",
        application=found,
        scheme=scheme_of_version(found.scheme_version),
        signatories=[person for person in people if Role.AGENCY_SIGNATORY in person.roles],
        may_sign=current_actor().has(Permission.APPLICATION_SIGN),
        form=form,
    )
