"""Messages about what is asked and told; none of them says what."""

from datetime import date

from audits.core.notices import Notice


class EvidenceAsked(Notice, kind="evidence_asked"):
    """To the agency: the inspector asks for a file or an answer; links to the request."""

    reference: str
    day: date


class EvidenceGiven(Notice, kind="evidence_given"):
    """To the inspector: the agency gave what was asked; links to the requests of the audit."""

    reference: str


class OfficeWrote(Notice, kind="office_wrote"):
    """To the agency: the office wrote about its case; links to the thread."""

    reference: str


class AgencyWrote(Notice, kind="agency_wrote"):
    """To those who plan: an agency wrote about its case; links to the thread."""

    reference: str


class TeamObjected(Notice, kind="team_objected"):
    """To the planner: the agency objects to somebody of the team; links to the objection."""

    reference: str


class ObjectionUpheld(Notice, kind="objection_upheld"):
    """To the agency: whom it did not want goes along no longer; links to the plan."""

    reference: str


class ObjectionRejected(Notice, kind="objection_rejected"):
    """To the agency: its objection was rejected; links to the plan."""

    reference: str


class DaysProposed(Notice, kind="days_proposed"):
    """To the planner: the agency proposes days; links to the days of the audit."""

    reference: str
