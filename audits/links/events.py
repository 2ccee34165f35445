"""Events of the audit trail about link reports."""

from uuid import UUID

from audits.core.errors import N_
from audits.core.events import EventData, Moved, forgettable
from audits.links.rules import Sign
from audits.links.workflow import LinkState, LinkVerdict


class LinksFound(EventData, name="link_report.find", words=N_("Links to other agencies found")):
    """A comparison with all agencies found so many signs."""

    after: LinkState
    compared: int
    signs: int


class LinkAsked(EventData, name="link_report.ask", words=N_("Agency asked about links")):
    """The agency hears what counts against it, and is asked to answer."""

    after: LinkState
    signs: tuple[Sign, ...]


class LinkAnswered(EventData, name="link_report.answer", words=N_("Agency answered about a link")):
    """The agency answered about one sign."""

    after: LinkState
    sign: Sign
    answer: str = forgettable()


class LinkJudged(EventData, name="link_report.judge", words=N_("Link judged")):
    """A person said whether one sign counts, and why."""

    after: LinkState
    sign: Sign
    other: UUID
    verdict: LinkVerdict
    reason: str = forgettable()


class LinksDismissed(Moved, name="link_report.dismiss", words=N_("Found to be no comeback")):
    """The links do not show a comeback."""


class LinksReferred(Moved, name="link_report.refer", words=N_("Links put to the deciders")):
    """What counts is put to the deciders, who say what follows."""


class LinksReturned(Moved, name="link_report.return", words=N_("Links sent back to be judged again")):
    """A decider sent it back to the office, with the reason."""
