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
