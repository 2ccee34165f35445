"""Work lists are derived from the workflow."""

import pytest

from audits.core.access import Permission
from audits.inspections.workflow import AUDIT_FLOW, AuditState

S = AuditState


@pytest.mark.parametrize(
    ("permission", "states"),
    [
        (Permission.AUDIT_PLAN, {S.PLANNED, S.IN_PROGRESS}),
        (Permission.AUDIT_CONDUCT, {S.PLANNED, S.IN_PROGRESS}),
        (Permission.AUDIT_REVIEW, {S.REPORTED}),
        (Permission.DECISION_TAKE, {S.REVIEWED}),
        (Permission.CASES_VIEW, set()),
    ],
)
def test_an_audit_waits_for_whoever_can_move_it(permission, states):
    assert AUDIT_FLOW.waiting_for(permission) == states
