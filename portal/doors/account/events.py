"""Events of the audit trail about accounts."""

from audits.core.errors import N_
from audits.core.events import EventData


class SessionOpened(EventData, name="account.sign_in", words=N_("Signed in")):
    """A person signed in."""


class PasswordSet(EventData, name="account.set_password", words=N_("Password set")):
    """A password was set; all other sessions ended."""
