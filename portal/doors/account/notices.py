"""Messages to people about how they sign in."""

from audits.core.notices import Notice


class Reset(Notice, kind="reset"):
    """Contains a link for setting a new password."""


class AddressAsked(Notice, kind="address_asked"):
    """To the new address that somebody asked for; the link takes it. Not sent where it has an account already."""


class AddressLeft(Notice, kind="address_left"):
    """To the address before; the link keeps it, also after the new one was taken."""


class Daily(Notice, kind="daily"):
    """To somebody who chose one message a day: what was written since the one before."""

    subjects: list[str]
    more: int
