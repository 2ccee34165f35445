"""Events of the audit trail about what is asked and answered on a finding after the report."""

from datetime import date

from audits.core.errors import N_
from audits.core.events import Code, EventData, forgettable
from audits.inspections.workflow import FindingState


class QuestionEvent(EventData):
    """Base of events about a question on a finding; its state stays."""

    after: FindingState
    requirement: Code
    reason: str = forgettable()


class GradeEvent(QuestionEvent):
    """Base of events about the grade of a finding."""

    grade_before: Code
    grade: Code


class GradeProposed(GradeEvent, name="finding.propose_grade", words=N_("Another grade proposed")):
    """Another grade was proposed, with the reason."""


class GradeChanged(GradeEvent, name="finding.change_grade", words=N_("Grade changed by two people")):
    """A second person agreed, and the finding has the other grade."""


class GradeKept(GradeEvent, name="finding.keep_grade", words=N_("Proposed grade declined")):
    """A second person did not agree, and the finding keeps its grade."""


class ExtensionEvent(QuestionEvent):
    """Base of events about more time for a corrective action."""

    due_on: date
    until: date


class ExtensionAsked(ExtensionEvent, name="finding.ask_extension", words=N_("More time asked for")):
    """The agency asked for more time."""


class ExtensionGranted(ExtensionEvent, name="finding.grant_extension", words=N_("More time granted")):
    """Somebody who took no part in the audit granted it."""


class ExtensionRefused(ExtensionEvent, name="finding.refuse_extension", words=N_("More time not granted")):
    """Somebody who took no part in the audit did not grant it."""


class FindingDisputed(QuestionEvent, name="finding.dispute", words=N_("Finding disputed by the agency")):
    """The agency does not agree with a finding, with its reasons."""


class DisputeDismissed(QuestionEvent, name="finding.dismiss_dispute", words=N_("Dispute of a finding dismissed")):
    """Somebody who did not do the audit did not agree; the finding stays."""
