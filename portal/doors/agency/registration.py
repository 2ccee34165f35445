"""Self-registration of agencies: public, without disclosing whose e-mail addresses are known."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from audits.core.errors import RuleError
from audits.people.registration import register_or_remind
from portal.doors.agency.forms import RegistrationForm, offer_countries
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import public

bp = Blueprint("agency_registration", __name__, url_prefix="/register-agency")

# The rules of people use other field names than this form.
_FIELDS = {"name": "owner_name", "email": "owner_email"}


@bp.get("/")
@public
def register() -> ResponseReturnValue:
    """Show the form, which asks only what an account needs."""
    form = RegistrationForm(language=current_language())
    return _page(form)


@bp.post("/")
@public
def register_submitted() -> ResponseReturnValue:
    """Register agency and account, and send the invitation."""
    form = RegistrationForm()
    offer_countries(form.country)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                register_or_remind(
                    session,
                    details=form.details(),
                    owner_name=form.owner_name.data,
                    owner_email=form.owner_email.data,
                    language=form.language.data,
                )
        except RuleError as error:
            error.field = _FIELDS.get(error.field or "", error.field)
            form.complain(error)
        else:
            return redirect(url_for("agency_registration.registered"), 303)
    return _page(form), 422


@bp.get("/done")
@public
def registered() -> ResponseReturnValue:
    """Say that a mail is on its way; the same page for known and unknown addresses."""
    return render_template("agency/registered.html")


def _page(form: RegistrationForm) -> str:
    offer_countries(form.country)
    return render_template("agency/register.html", form=form)
