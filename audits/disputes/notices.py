"""Messages about appeals. None says what the appeal or the decision is about."""

from datetime import date

from audits.core.notices import Notice


class AppealReceived(Notice, kind="appeal_received"):
    """To everybody who may take it up; links to the appeal."""

    day: date  # by which the agency must have heard that somebody took it up


class AppealTaken(Notice, kind="appeal_taken"):
    """To the agency: somebody who took no part takes the appeal up; links to the appeal."""

    day: date  # by which it is decided


class AppealRefused(Notice, kind="appeal_refused"):
    """To the agency: the appeal came too late; links to the appeal, with the reason."""


class AppealHearing(Notice, kind="appeal_hearing"):
    """To the agency: it is heard on this day; links to the appeal."""

    day: date


class AppealDecided(Notice, kind="appeal_decided"):
    """To the agency: its appeal is decided; links to the appeal, with the letter."""
