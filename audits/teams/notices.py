"""Messages about the team of an audit."""

from datetime import date

from audits.core.notices import Notice


class TeamJoined(Notice, kind="team_joined"):
    """To a person who was asked to go along in an audit."""

    reference: str
    day: date


class WorkTakenOver(Notice, kind="work_taken_over"):
    """To the planner: the account of an inspector was ended, and another has the audit; links to it."""

    reference: str


class TeamLeft(Notice, kind="team_left"):
    """To a person who no longer goes along."""

    reference: str
