"""Messages of the clock. They count, and say nothing of a case."""

from audits.core.notices import Notice


class Terms(Notice, kind="terms"):
    """To one of the staff: how many of their tasks end soon, and how many are late; links to the own start page."""

    near: int
    over: int


class AgencyTerms(Notice, kind="agency_terms"):
    """To an agency: how many of its tasks end soon, and how many are late; links to its start page."""

    near: int
    over: int
