"""Events of the audit trail about complaints and signals. What was said is in their own rows."""

from audits.complaints.rules import Verdict
from audits.core.errors import N_
from audits.core.events import EventData


class ComplaintTaken(EventData, name="complaint.take", words=N_("Complaint or signal taken up")):
    """Somebody who has no part in what it is about takes it up."""


class ComplaintAnswered(EventData, name="complaint.answer", words=N_("Complaint or signal answered")):
    """Who handles it said what became of it."""

    verdict: Verdict
