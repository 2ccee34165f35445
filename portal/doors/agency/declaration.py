"""Pages for declaring and submitting an application, and the confirmation."""

from datetime import date
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from audits.applications import services
from audits.applications.differences import differences
from audits.applications.models import Application
from audits.applications.queries import agreement_of, compared_with, submissions_of
from audits.applications.submission import content_now
from audits.core.access import Permission
from audits.core.calendar import add_working_days
from audits.core.clock import day_of
from audits.core.errors import IllegalMoveError, RuleError
from audits.people.queries import signatories_of
from audits.schemes.queries import scheme_of_version
from certificates.documents.models import Document
from certificates.documents.queries import find_document
from certificates.documents.stages import DocumentKind
from portal.doors.agency.door import Case, bp, open_case
from portal.doors.downloads import attachment
from portal.forms.fields import checkbox_field, hidden_field, password_field, text_field
from portal.forms.form import Form
from portal.language.i18n import current_language, sentence
from portal.stores import database
from portal.web.access import current_actor, needs


class DeclarationForm(Form):
    """The declaration with which an application is submitted."""

    declared = checkbox_field(_l("I declare this"), required=_l("Tick the box to declare this."))
    declared_name = text_field(
        _l("Your name"),
        hint=_l("As it stands in your account."),
        required=_l("Enter your name."),
        max_length=120,
        autocomplete="name",
    )
    password = password_field(
        _l("Your password"),
        required=_l("Enter your password."),
        hint=_l("Once more, so that nobody else signs at a screen that was left open."),
    )


class SignedForm(DeclarationForm):
    """The same where the scheme has a certification agreement; `agreement` is the digest of the text that was shown."""

    accepted = checkbox_field(
        _l("We accept the certification agreement"), required=_l("Read the certification agreement, and accept it.")
    )
    agreement = hidden_field()


@bp.get("/applications/<uuid:application_id>/declaration")
@needs(Permission.APPLICATION_VIEW)
def declaration(application_id: UUID) -> ResponseReturnValue:
    """Show the declaration; people who may not sign see who may."""
    case = open_case(application_id)
    if case.application.submitted_at and not case.application.is_draft:
        return redirect(url_for("agency.submitted", application_id=application_id))
    return _page(case, _form(case, declared_name=current_user.name))


@bp.post("/applications/<uuid:application_id>/declaration")
@needs(Permission.APPLICATION_SIGN)
def declare(application_id: UUID) -> ResponseReturnValue:
    """Submit the application. A second click leads to the same confirmation."""
    case = open_case(application_id)
    form = _form(case)
    if not case.application.is_draft:
        return redirect(url_for("agency.submitted", application_id=application_id), 303)
    if form.validate_on_submit():
        try:
            current_user.confirm(form.password.data)
            with database.write() as session:
                name, seen = form.declared_name.data, form.agreement.data if isinstance(form, SignedForm) else None
                services.submit_application(
                    session, current_actor(), application_id, declared_name=name, agreement=seen
                )
        except RuleError as error:
            form.complain(error)
        else:
            return redirect(url_for("agency.submitted", application_id=application_id), 303)
    return _page(case, form), 422


@bp.post("/applications/<uuid:application_id>/signature")
@needs(Permission.APPLICATION_EDIT)
def ask_signature(application_id: UUID) -> ResponseReturnValue:
    """Ask by mail those who may sign for the agency."""
    case, page = open_case(application_id), url_for("agency.declaration", application_id=application_id)
    try:
        with database.write() as session:
            asked = services.ask_to_sign(session, current_actor(), case.application.id)
            names = ", ".join(person.name for person in asked)
    except RuleError as error:
        flash(sentence(error), "warning")
    else:
        flash(_("A mail is on its way to %(names)s.", names=names), "success")
    return redirect(page, 303)


@bp.get("/applications/<uuid:application_id>/differences")
@needs(Permission.APPLICATION_VIEW)
def compare_submission(application_id: UUID) -> ResponseReturnValue:
    """Show what the self-assessment says otherwise than what was submitted last."""
    case, session = open_case(application_id), database.read()
    earlier = compared_with(session, case.application)
    found = differences(earlier.content, content_now(session, case.application), current_language()) if earlier else []
    return render_template(
        "agency/differences.html", application=case.application, scheme=case.scheme, earlier=earlier, found=found
    )


@bp.get("/applications/<uuid:application_id>/submitted")
@needs(Permission.APPLICATION_VIEW)
def submitted(application_id: UUID) -> ResponseReturnValue:
    """Show the reference and the next steps; remains valid for later visits."""
    found = open_case(application_id).application
    if found.submitted_at is None:
        raise IllegalMoveError("This application is not submitted yet.")
    submissions = submissions_of(database.read(), application_id)
    return render_template(
        "agency/submitted.html",
        application=found,
        review_by=review_by(found),
        submission=submissions[0] if submissions else None,
        receipt=receipt_of(submissions[0].id) if submissions else None,
    )


def receipt_of(submission_id: UUID) -> Document | None:
    """Return the sealed receipt of a submission, or None while it is not printed yet."""
    return find_document(database.read(), current_actor(), DocumentKind.SUBMISSION_RECEIPT, submission_id)


@bp.get("/applications/<uuid:application_id>/submissions/<int:number>")
@needs(Permission.APPLICATION_VIEW)
def submission(application_id: UUID, number: int) -> ResponseReturnValue:
    """Send what was submitted, byte for byte as its digest says."""
    application = open_case(application_id).application
    found = {each.number: each for each in submissions_of(database.read(), application_id)}.get(number)
    if found is None:
        abort(404)
    return attachment(found.content.encode(), f"{application.reference}-{number}.json", "application/json")


def review_by(application: Application) -> date | None:
    """Return the day by which an application must be accepted or refused."""
    if application.submitted_at is None:
        return None
    terms = scheme_of_version(application.scheme_version).terms
    return add_working_days(day_of(application.submitted_at), terms.application_review_working_days)


def _form(case: Case, **values: str) -> DeclarationForm:
    text = agreement_of(case.application)
    return SignedForm(agreement=text.sha256, **values) if text else DeclarationForm(**values)


def _page(case: Case, form: DeclarationForm) -> str:
    return render_template(
        "agency/declaration.html",
        application=case.application,
        agreement=agreement_of(case.application),
        scheme=case.scheme,
        signatories=signatories_of(database.read(), case.agency.id),
        may_ask=case.application.is_draft and current_actor().has(Permission.APPLICATION_EDIT),
        may_sign=current_actor().has(Permission.APPLICATION_SIGN),
        form=form,
    )
