"""Events of the audit trail about what is asked and answered on a finding after the report."""

from datetime import date

from audits.core.errors import N_
from audits.core.events import Code, EventData, forgettable
from audits.inspections.workflow import FindingState


class GradeEvent(EventData):
    """Base of events about the grade of a finding; its state stays."""

    after: FindingState
    requirement: Code
    grade_before: Code
    grade: Code
    reason: str = forgettable()


class GradeProposed(GradeEvent, name="finding.propose_grade", words=N_("Another grade proposed")):
    """Another grade was proposed, with the reason."""


class GradeChanged(GradeEvent, name="finding.change_grade", words=N_("Grade changed by two people")):
    """A second person agreed, and the finding has the other grade."""


class GradeKept(GradeEvent, name="finding.keep_grade", words=N_("Proposed grade declined")):
    """A second person did not agree, and the finding keeps its grade."""


class ExtensionEvent(EventData):
    """Base of events about more time for a corrective action; the state of the finding stays."""

    after: FindingState
    requirement: Code
    due_on: date
    until: date
    reason: str = forgettable()


class ExtensionAsked(ExtensionEvent, name="finding.ask_extension", words=N_("More time asked for")):
    """The agency asked for more time."""


class ExtensionGranted(ExtensionEvent, name="finding.grant_extension", words=N_("More time granted")):
    """Somebody who took no part in the audit granted it."""


class ExtensionRefused(ExtensionEvent, name="finding.refuse_extension", words=N_("More time not granted")):
    """Somebody who took no part in the audit did not grant it."""


class FindingDisputed(EventData, name="finding.dispute", words=N_("Finding disputed by the agency")):
    """The agency does not agree with a finding, with its reasons."""

    after: FindingState
    requirement: Code
    reason: str = forgettable()


class DisputeDismissed(EventData, name="finding.dismiss_dispute", words=N_("Dispute of a finding dismissed")):
    """Somebody who did not do the audit did not agree; the finding stays."""

    after: FindingState
    requirement: Code
    reason: str = forgettable()
