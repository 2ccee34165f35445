"""Messages about an application: to the agency, and to planners."""

from datetime import date

from audits.core.notices import Notice


class ApplicationSubmitted(Notice, kind="application_submitted"):
    """Confirms that the application was received."""

    reference: str


class SigningAsked(Notice, kind="signing_asked"):
    """Asks a signatory to declare an application, for the colleague who filled it in."""

    reference: str
    who: str


class QuestionsShared(Notice, kind="questions_shared"):
    """To a colleague: somebody gave them questions, or said something about one; links to the questions."""

    reference: str
    who: str


class FilePleaded(Notice, kind="file_pleaded"):
    """To planners: an agency asks us to take a file that was refused; links to what it says."""


class PleaAnswered(Notice, kind="plea_answered"):
    """To the agency: whether the file is taken now; links to its start page."""

    granted: bool


class Judged(Notice):
    """Base of messages about a review, with the words of the reviewer."""

    reference: str
    reason: str


class ApplicationReturned(Judged, kind="application_returned"):
    """The application must be completed by a day, for this reason."""

    day: date


class ApplicationAccepted(Judged, kind="application_accepted"):
    """An audit follows; a note is optional."""


class ApplicationRefused(Judged, kind="application_refused"):
    """The application was refused, for this reason."""


class ApplicationClosed(Judged, kind="application_closed"):
    """An accepted application was closed without a decision, for this reason."""


class ApplicationLapsed(Notice, kind="application_lapsed"):
    """To the agency: nobody worked on the application, so it was closed."""

    reference: str


class ApplicationTakenBack(Notice, kind="application_taken_back"):
    """To planners: the agency withdrew an application that was accepted; its audit, if any, must be cancelled."""

    reference: str
