"""Messages to an agency about its application."""

from audits.core.notices import Notice


class ApplicationSubmitted(Notice, kind="application_submitted"):
    """Confirms that the application was received."""

    reference: str


class Judged(Notice):
    """Base of messages about a review, with the words of the reviewer."""

    reference: str
    reason: str


class ApplicationReturned(Judged, kind="application_returned"):
    """The application must be completed, for this reason."""


class ApplicationAccepted(Judged, kind="application_accepted"):
    """An audit follows; a note is optional."""


class ApplicationRefused(Judged, kind="application_refused"):
    """The application was refused, for this reason."""
