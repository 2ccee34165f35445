"""Messages about what was asked about a finding."""

from datetime import date

from audits.core.notices import Notice


class ExtensionAnswered(Notice):
    """Base of messages to the agency about more time; links to the finding."""

    reference: str
    number: int
    day: date


class ExtensionGranted(ExtensionAnswered, kind="extension_granted"):
    """The term ends later, on this day."""


class ExtensionRefused(ExtensionAnswered, kind="extension_refused"):
    """The term stays, and ends on this day."""


class DisputeAnswered(Notice):
    """Base of messages to the agency about its dispute; links to the finding."""

    reference: str
    number: int


class DisputeUpheld(DisputeAnswered, kind="dispute_upheld"):
    """The finding is withdrawn."""


class DisputeDismissed(DisputeAnswered, kind="dispute_dismissed"):
    """The finding stays."""


class QuestionAnswered(Notice, kind="question_answered"):
    """To the inspector: a dispute or another grade was answered by somebody else; links to the finding."""

    reference: str
    number: int
