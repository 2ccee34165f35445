"""Messages to people who forgot their password."""

from audits.core.notices import Notice


class Reset(Notice, kind="reset"):
    """Contains a link for setting a new password."""


class Daily(Notice, kind="daily"):
    """To somebody who chose one message a day: what was written since the one before."""

    subjects: list[str]
    more: int
