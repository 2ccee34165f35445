"""Events of the audit trail about what is asked and told. What was said is in rows, and in notes that can be erased."""

from datetime import date
from uuid import UUID

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


class ObjectionEvent(EventData):
    """Base of events about an objection of an agency to somebody who is to audit it; `audit` is which audit."""

    audit: UUID
    person: UUID
    reason: str = forgettable()


class ObjectionMade(
    ObjectionEvent, name="team_objection.make", words=N_("The agency objected to somebody of the team")
):
    """The agency does not want this person, for a reason."""


class ObjectionUpheld(ObjectionEvent, name="team_objection.uphold", words=N_("An objection to the team was upheld")):
    """The person no longer goes along."""


class ObjectionRejected(
    ObjectionEvent, name="team_objection.reject", words=N_("An objection to the team was rejected")
):
    """The person goes along, for the reason that the office gives."""


class DayEvent(EventData):
    """Base of events about a day that an agency proposes for an audit."""

    audit: UUID
    day: date


class DayProposed(DayEvent, name="proposed_day.propose", words=N_("The agency proposed a day")):
    """The day suits the agency."""

    note: str = forgettable()


class DayTakenBack(DayEvent, name="proposed_day.withdraw", words=N_("The agency took a proposed day back")):
    """The day does not suit the agency any more."""


class PlanSent(EventData, name="audit_plan.send", words=N_("Plan of the audit sent to the agency")):
    """The planner sent the plan, for the first time or again, with a letter."""

    audit: UUID
    number: int
