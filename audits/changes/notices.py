"""Messages about reported changes."""

from datetime import date

from audits.core.notices import Notice


class ChangeReported(Notice, kind="change_reported"):
    """To everybody who may check it; links to the change."""

    agency: str
    day: date


class ChangeReferred(Notice, kind="change_referred"):
    """To everybody who may decide about the certificate; links to the change."""

    agency: str
    day: date


class ChangeJudged(Notice, kind="change_judged"):
    """To the agency, when its report was accepted or declined; links to the change."""

    outcome: str  # a `ChangeState`
    reason: str
