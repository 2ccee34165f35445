"""What people are told who ask for a new password."""

from audits.core.notices import Notice


class Reset(Notice, kind="reset"):
    """A link to set one."""
