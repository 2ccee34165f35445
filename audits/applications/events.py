"""What is told of an application, its answers and its files."""

from uuid import UUID

from audits.core.errors import N_
from audits.core.events import Code, EventData, Moved, forgettable


class ApplicationStarted(EventData, name="application.start", words=N_("Application started")):
    """With the scheme version that it is held to."""

    scheme_version: UUID


class ApplicationSubmitted(Moved, name="application.submit", words=N_("Application submitted")):
    """Declared and handed in."""


class ApplicationReturned(Moved, name="application.return", words=N_("Application sent back to the agency")):
    """To be completed."""


class ApplicationAccepted(Moved, name="application.accept", words=N_("Application accepted")):
    """An audit can be planned."""


class ApplicationRefused(Moved, name="application.refuse", words=N_("Application not taken on")):
    """With the reason."""


class ApplicationWithdrawn(Moved, name="application.withdraw", words=N_("Application withdrawn by the agency")):
    """Perhaps with a reason."""


class ApplicationConcluded(Moved, name="application.conclude", words=N_("Application closed")):
    """A decision was taken."""


class AnswerSaved(EventData, name="answer.save", words=N_("Answer saved")):
    """One answer: which, what changed in it, and whether its explanation did."""

    code: Code
    explained: bool
    value: list[str] | None = forgettable(default=None)  # [old, new], if it changed


class FileChanged(EventData):
    """A file of an answer or a corrective action. Its digest can be forgotten, as the file can."""

    code: Code
    sha256: str = forgettable()


class FileAdded(FileChanged, name="evidence.add", words=N_("File added")):
    """Put beside an answer."""


class FileRemoved(FileChanged, name="evidence.remove", words=N_("File taken away")):
    """The trail keeps that it was there."""
