"""Events of the audit trail about what is asked and told. What was said is in rows, and in notes that can be erased."""

from datetime import date

from audits.core.errors import N_
from audits.core.events import Code, EventData, forgettable


class RequestEvent(EventData):
    """Base of events about something that an inspector asks of an agency."""

    requirement: Code


class EvidenceAsked(RequestEvent, name="evidence_request.ask", words=N_("File or answer asked of the agency")):
    """The inspector asked, with a last day."""

    due_on: date
    text: str = forgettable()


class EvidenceGiven(RequestEvent, name="evidence_request.give", words=N_("File or answer given by the agency")):
    """The agency gave what was asked."""

    files: int
    text: str = forgettable()


class RequestWithdrawn(RequestEvent, name="evidence_request.withdraw", words=N_("File or answer no longer asked")):
    """The inspector does not need it any more."""


class MessageWritten(EventData, name="case_message.write", words=N_("Message written")):
    """Somebody wrote in the thread of a case. What was written is in its row alone."""
