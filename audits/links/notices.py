"""Messages about links to other agencies."""

from datetime import date

from audits.core.notices import Notice


class LinksFound(Notice, kind="links_found"):
    """To planners: an agency is linked to others; judge it by this day. Links to the report."""

    agency: str
    day: date


class LinksAsked(Notice, kind="links_asked"):
    """To the agency: answer what was found, by this day. Links to the questions."""

    day: date


class LinksReferred(Notice, kind="links_referred"):
    """To deciders: what links this agency to another was judged. Links to the report."""

    agency: str
