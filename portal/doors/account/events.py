"""Events of the audit trail about accounts."""

from audits.core.errors import N_
from audits.core.events import EventData


class SessionOpened(EventData, name="account.sign_in", words=N_("Signed in")):
    """A person signed in."""


class AddressAsked(EventData, name="account.ask_address", words=N_("Another e-mail address asked for")):
    """A person asked for another e-mail address. Events hold neither of the two."""


class AddressTaken(EventData, name="account.take_address", words=N_("E-mail address changed")):
    """The new address was confirmed by the link that was sent to it."""


class AddressKept(EventData, name="account.keep_address", words=N_("Change of the e-mail address undone")):
    """The holder of the address before objected, and set a new password."""


class PasswordSet(EventData, name="account.set_password", words=N_("Password set")):
    """A password was set; all other sessions ended."""
