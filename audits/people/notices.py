"""Messages to people about their accounts."""

from audits.core.notices import Notice


class Invitation(Notice, kind="invitation"):
    """An account was created; the link sets the first password."""


class AccountKnown(Notice, kind="account_known"):
    """Somebody registered an agency with the address of an existing account."""
