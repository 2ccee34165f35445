"""Forms for signing in and for the own account."""

from flask_babel import lazy_gettext as _l

from audits.core.languages import NAMES
from portal.doors.account.rules import PASSWORD_MIN
from portal.forms.fields import (
    email_field,
    hidden_field,
    password_field,
    radios_field,
    text_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form

_NEW_HINT = _l(
    "At least %(min)d characters. A few words that only you put together are easy to keep in mind.", min=PASSWORD_MIN
)


class LoginForm(Form):
    email = email_field(_l("E-mail address"), required=_l("Enter your e-mail address."), autocomplete="username")
    password = password_field(_l("Password"), required=_l("Enter your password."))
    next = hidden_field()


class ResetForm(Form):
    email = email_field(_l("E-mail address"), required=_l("Enter your e-mail address."), autocomplete="username")


class NewPasswordForm(Form):
    password = password_field(_l("New password"), required=_l("Enter a new password."), hint=_NEW_HINT, new=True)


class ChangePasswordForm(Form):
    current = password_field(_l("Current password"), required=_l("Enter your current password."))
    password = password_field(_l("New password"), required=_l("Enter a new password."), hint=_NEW_HINT, new=True)


class ProfileForm(Form):
    name = text_field(_l("Name"), required=_l("Enter the name."), max_length=120, autocomplete="name")
    language = radios_field(
        _l("Language of pages and messages"), list(NAMES.items()), required=_l("Choose a language.")
    )
    version = version_field()


class InterestForm(Form):
    agency = text_field(
        _l("Trade register number of the agency"),
        hint=_l("For a Dutch agency this is the KvK number, 8 digits."),
        required=_l("Enter the trade register number."),
        max_length=40,
        width=20,
    )
    nature = textarea_field(
        _l("What ties you to this agency?"),
        hint=_l("For example: worked there, family, friends, shares, paid advice."),
        required=_l("Describe the tie."),
        max_length=1000,
        rows=3,
    )
