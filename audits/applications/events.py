"""Events of the audit trail about an application, its answers and its files."""

from uuid import UUID

from audits.core.errors import N_
from audits.core.events import Code, Digest, EventData, Moved, forgettable


class ApplicationStarted(EventData, name="application.start", words=N_("Application started")):
    """An application was begun, under this scheme version."""

    scheme_version: UUID


class ApplicationSubmitted(Moved, name="application.submit", words=N_("Application submitted")):
    """The agency declared the self-assessment and submitted it."""


class SigningAsked(EventData, name="application.ask_signing", words=N_("Signatories asked to sign")):
    """Somebody asked the signatories by mail to declare the application."""


class AgreementAccepted(EventData, name="agreement.accept", words=N_("Certification agreement accepted")):
    """The signatory accepted this version of the certification agreement, with its digest."""

    version: Code
    sha256: Digest


class ApplicationReturned(Moved, name="application.return", words=N_("Application sent back to the agency")):
    """The application was returned to the agency to be completed."""


class ApplicationAccepted(Moved, name="application.accept", words=N_("Application accepted")):
    """The application was accepted: an audit can be planned."""


class ApplicationRefused(Moved, name="application.refuse", words=N_("Application not taken on")):
    """The application was refused, with the reason."""


class ApplicationWithdrawn(Moved, name="application.withdraw", words=N_("Application withdrawn by the agency")):
    """The agency withdrew the application; a reason is optional."""


class ApplicationLapsed(Moved, name="application.lapse", words=N_("Application closed because nobody worked on it")):
    """The clock closed a draft on which nobody had worked for the term of the scheme."""


class DraftKept(EventData, name="application.keep", words=N_("Draft kept because somebody works on it")):
    """The term of a draft ran out, but somebody had worked on it since it began; it begins again."""


class ApplicationClosed(Moved, name="application.close", words=N_("Application closed without a decision")):
    """The office closed an accepted application, with the reason."""


class ApplicationConcluded(Moved, name="application.conclude", words=N_("Application closed")):
    """The application was concluded by a decision."""


class RemarkEvent(EventData):
    """Base of events about a remark of the office on one question."""

    code: Code
    text: str = forgettable()


class RemarkWritten(RemarkEvent, name="question_remark.write", words=N_("Remark on a question written")):
    """The office wrote, changed or took back a remark that was not sent yet; without text it was taken back."""


class RemarkReplied(RemarkEvent, name="question_remark.reply", words=N_("Remark on a question replied to")):
    """The agency wrote why its answer stays, or what it did."""


class FilePleaded(EventData, name="file_plea.ask", words=N_("Asked to take a file that looks like personal numbers")):
    """An agency said why a file holds no personal numbers although several kinds were found in it."""

    kinds: tuple[Code, ...]
    sha256: str = forgettable()
    text: str = forgettable()


class PleaAnswered(EventData, name="file_plea.answer", words=N_("File that looks like personal numbers answered")):
    """The office let the file in, or did not."""

    granted: bool
    text: str = forgettable()


class AnswerSaved(EventData, name="answer.save", words=N_("Answer saved")):
    """An answer was saved: the requirement, the old and new value, and whether the explanation changed."""

    code: Code
    explained: bool
    value: list[str] | None = forgettable(default=None)  # [old, new], if it changed


class FileChanged(EventData):
    """Base of events about a file beside an answer or corrective action. Its digest can be forgotten with the file."""

    code: Code
    sha256: str = forgettable()


class FileAdded(FileChanged, name="evidence.add", words=N_("File added")):
    """A file was added beside an answer."""


class FileRemoved(FileChanged, name="evidence.remove", words=N_("File taken away")):
    """A file was removed; the trail keeps that it existed."""
