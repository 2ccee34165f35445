"""What an agency is told of its application."""

from audits.core.notices import Notice


class ApplicationSubmitted(Notice, kind="application_submitted"):
    """We have it."""

    reference: str


class Judged(Notice):
    """What became of it, in the words of the reviewer."""

    reference: str
    reason: str


class ApplicationReturned(Judged, kind="application_returned"):
    """Complete it, for this reason."""


class ApplicationAccepted(Judged, kind="application_accepted"):
    """An audit follows; perhaps with a note."""


class ApplicationRefused(Judged, kind="application_refused"):
    """Not taken on, for this reason."""
