"""No state of a case is a dead end: from each of them somebody can lead it to its end."""

import pytest

from audits.applications.workflow import APPLICATION_FLOW
from audits.changes.workflow import CHANGE_FLOW
from audits.core.access import GRANTS, SYSTEM
from audits.core.flow import Flow
from audits.inspections.workflow import AUDIT_FLOW, FINDING_FLOW
from certificates.lifecycle.rules import Fate, fates, ways_to_end
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState

FLOWS = {
    "application": APPLICATION_FLOW,
    "audit": AUDIT_FLOW,
    "finding": FINDING_FLOW,
    "certificate": CERTIFICATE_FLOW,
    "agency_change": CHANGE_FLOW,
}


def ends(flow: Flow) -> set:
    """The states that no move leaves."""
    return set(flow.states) - flow.unfinished


@pytest.mark.parametrize("name", FLOWS)
def test_every_state_leads_to_an_end(name):
    flow = FLOWS[name]
    leads = ends(flow)
    assert leads
    while more := {source for move in flow.moves.values() if move.target in leads for source in move.sources} - leads:
        leads |= more
    assert leads == set(flow.states)


@pytest.mark.parametrize("name", FLOWS)
def test_every_move_belongs_to_somebody(name):
    for move in FLOWS[name].moves.values():
        held = SYSTEM.has(move.permission) or any(move.permission in granted for granted in GRANTS.values())
        assert held, move.name


@pytest.mark.parametrize("state", [*CertificateState, None])
def test_whatever_became_of_the_certificate_an_audit_of_its_holder_ends(state):
    if state in CURRENT:
        assert ways_to_end(state)
        assert Fate.CLOSE not in ways_to_end(state)
        assert Fate.MAINTAIN in fates(state)
    elif state is None:
        assert ways_to_end(None) == (Fate.CLOSE,)
