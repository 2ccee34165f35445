"""Names of states and extents of findings, of methods, and of columns of a list, as keys of the catalogues."""

from collections.abc import Mapping

from audits.core.errors import N_
from audits.inspections.grading import Extent
from audits.inspections.judging import Method
from audits.inspections.workflow import FindingState
from audits.schemes.strata import Stratum

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

STRATA: Mapping[Stratum, str] = {
    Stratum.SITE: N_("Branch"),
    Stratum.HIRER: N_("Hirer"),
    Stratum.HOUSING: N_("Housing"),
    Stratum.PAY_PERIOD: N_("Pay period"),
    Stratum.CONTRACT_PHASE: N_("Phase of the contract"),
    Stratum.LEAVER: N_("Has left"),
    Stratum.NATIONALITY_GROUP: N_("Group of nationalities"),
}

METHODS: Mapping[Method, str] = {
    Method.SEEN: N_("Document seen"),
    Method.TOLD: N_("Told"),
    Method.OBSERVED: N_("Observed"),
    Method.RECORD: N_("In the system"),
}
