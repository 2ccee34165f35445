"""What people are told of their accounts."""

from audits.core.notices import Notice


class Invitation(Notice, kind="invitation"):
    """An account was made; its link sets the first password."""


class AccountKnown(Notice, kind="account_known"):
    """Somebody registered an agency with an address that has an account."""
