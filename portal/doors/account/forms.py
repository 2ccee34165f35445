"""Forms for signing in and for the own account."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.languages import NAMES
from portal.doors.account.models import LoginSession
from portal.doors.account.rules import PASSWORD_MIN
from portal.forms.fields import (
    checkbox_field,
    email_field,
    hidden_field,
    options,
    password_field,
    radios_field,
    text_field,
    version_field,
)
from portal.forms.form import Form
from portal.language.dates import datetime_text

ALL = "all"

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


class NewAddressForm(Form):
    email = email_field(_l("New e-mail address"), required=_l("Enter your new e-mail address."))
    current = password_field(_l("Current password"), required=_l("Enter your current password."))


class EndSessionsForm(Form):
    which = radios_field(_l("Which browser?"), [], required=_l("Choose a browser."))
    current = password_field(_l("Current password"), required=_l("Enter your current password."))

    def offer(self, others: Iterable[LoginSession]) -> None:
        """Offer these sessions, by the moment in which they were opened, and all of them at once."""
        each = [(other.created_at.isoformat(), _words(other)) for other in others]
        self.which.choices = options([(ALL, _l("All other browsers")), *each])


def _words(session: LoginSession) -> str:
    opened, used = datetime_text(session.created_at), datetime_text(session.seen_at)
    return str(_("Signed in %(opened)s, last used %(used)s", opened=opened, used=used))


class ProfileForm(Form):
    name = text_field(_l("Name"), required=_l("Enter the name."), max_length=120, autocomplete="name")
    language = radios_field(
        _l("Language of pages and messages"), list(NAMES.items()), required=_l("Choose a language.")
    )
    daily_mail = checkbox_field(
        _l("One message a day"),
        hint=_l("Each morning one message names everything new. Links to sign in come at once."),
    )
    version = version_field()
