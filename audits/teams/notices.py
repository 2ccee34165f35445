"""Messages about the team of an audit."""

from datetime import date

from audits.core.notices import Notice


class TeamJoined(Notice, kind="team_joined"):
    """To a person who was asked to go along in an audit."""

    reference: str
    day: date


class TeamLeft(Notice, kind="team_left"):
    """To a person who no longer goes along."""

    reference: str
