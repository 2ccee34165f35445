"""Self-registration of agencies: public, without disclosing whose e-mail addresses are known."""

from math import ceil

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audits.agencies.rules import LONGEST_LEGAL_NAME, AgencyDetails
from audits.agencies.trade_registers import LONGEST_TYPED
from audits.core.errors import RuleError
from audits.core.languages import NAMES
from audits.people.registration import register_or_remind
from portal.doors.agency.address import city_field, country_field, postcode_field, street_field
from portal.forms.fields import email_field, radios_field, text_field
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.settings import current_settings
from portal.stores import database
from portal.web import security_log
from portal.web.access import public
from portal.web.security_log import Kind
from portal.web.throttle import share_throttle, visitor_waits

MOST_PER_HOUR = 20  # of an address: who sends a page again and again is one of them, and so is a whole office
bp = Blueprint("agency_registration", __name__, url_prefix="/register-agency")
share_throttle(bp, "registration", MOST_PER_HOUR)

# The rules of people use other field names than this form.
_FIELDS = {"name": "owner_name", "email": "owner_email"}


class RegistrationForm(Form):
    """What an account needs: the agency as the trade register knows it, and its first owner."""

    legal_name = text_field(
        _l("Legal name"),
        hint=_l("As it stands in the trade register."),
        required=_l("Enter the legal name."),
        max_length=LONGEST_LEGAL_NAME,
        autocomplete="organization",
    )
    country = country_field()
    register_number = text_field(
        _l("Number in the trade register"),
        hint=_l("In the Netherlands this is the KvK number, 8 digits."),
        required=_l("Enter the number in the trade register."),
        max_length=LONGEST_TYPED,
        width=20,
    )
    street = street_field()
    postcode = postcode_field()
    city = city_field()
    owner_name = text_field(_l("Your name"), required=_l("Enter your name."), max_length=120, autocomplete="name")
    owner_email = email_field(
        _l("Your e-mail address"),
        hint=_l("We send you a link with which you choose a password."),
        required=_l("Enter your e-mail address."),
    )
    language = radios_field(
        _l("Language of pages and messages"), list(NAMES.items()), required=_l("Choose a language.")
    )

    def read(self) -> AgencyDetails:
        """Return the profile with which the agency begins."""
        return AgencyDetails(
            legal_name=self.legal_name.data,
            country=self.country.data,
            register_number=self.register_number.data,
            street=self.street.data,
            postcode=self.postcode.data,
            city=self.city.data,
        )


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
    if form.validate_on_submit():
        if wait := visitor_waits("registration"):
            form.complain(RuleError("Too many attempts. Try again in %(minutes)s min.", minutes=ceil(wait / 60)))
            return _page(form), 429, {"Retry-After": str(wait)}
        try:
            with database.write() as session:
                agency = register_or_remind(
                    session,
                    details=form.read(),
                    owner_name=form.owner_name.data,
                    owner_email=form.owner_email.data,
                    language=form.language.data,
                )
                if agency is not None:
                    security_log.record(session, Kind.AGENCY_REGISTERED, subject_id=agency.id)
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
    return render_template("agency/register.html", form=form, settings=current_settings())
