"""Events of the audit trail about what is asked and answered on a finding after the report."""

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
