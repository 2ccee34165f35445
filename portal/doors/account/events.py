"""What is told of accounts."""

from audits.core.errors import N_
from audits.core.events import EventData


class SessionOpened(EventData, name="account.sign_in", words=N_("Signed in")):
    """On some browser."""


class PasswordSet(EventData, name="account.set_password", words=N_("Password set")):
    """Every other browser is signed out."""
