"""Names of the states and extents of findings, for pages and reports, as keys of the catalogues."""

from collections.abc import Mapping

from audits.core.errors import N_
from audits.inspections.grading import Extent
from audits.inspections.workflow import FindingState

FINDING_STATES: Mapping[FindingState, str] = {
    FindingState.OPEN: N_("Open"),
    FindingState.ANSWERED: N_("Answered, to be checked"),
    FindingState.PLAN_ACCEPTED: N_("Plan accepted, proof to come"),
    FindingState.PROVEN: N_("Proof submitted, to be checked"),
    FindingState.CLOSED: N_("Closed"),
    FindingState.SUPERSEDED: N_("Replaced by a later report"),
    FindingState.WITHDRAWN: N_("Withdrawn after a dispute"),
}

EXTENTS: Mapping[Extent, str] = {
    Extent.INCIDENTAL: N_("Incidental"),
    Extent.SYSTEMIC: N_("Systemic"),
}
