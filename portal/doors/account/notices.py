"""Messages to people who forgot their password."""

from audits.core.notices import Notice


class Reset(Notice, kind="reset"):
    """Contains a link for setting a new password."""
