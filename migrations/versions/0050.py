"""Add the terms of the cycle to the deadlines: windows, and deadlines for every event that starts a term."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0050"
down_revision = "0041"
serves = "0041"  # older code opens none of the new kinds, and ends none

OLD = "'critical_finding', 'reported_change', 'change_decision', 'special_audit', 'suspension_hearing'"
NEW = f"{OLD}, 'application_review', 'report', 'decision', 'surveillance', 'suspension', 'renewal'"
OPEN = sa.text("done_at IS NULL")
# The renewal of what is certified now, from 90 days before its last day.
RENEWALS = """
INSERT INTO deadline (id, kind, subject_id, agency_id, from_on, due_on, owner_role, opened_at)
SELECT gen_random_uuid(), 'renewal', id, agency_id, valid_until - 90, valid_until, 'agency_owner', now()
FROM certificate WHERE state = 'active' AND valid_until >= current_date ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.add_column("deadline", sa.Column("from_on", sa.Date(), nullable=True), if_not_exists=True)
    _allow(NEW)
    op.drop_index("uq_deadline_open", "deadline")
    op.create_index(
        "uq_deadline_open",
        "deadline",
        ["kind", "subject_id", "from_on"],
        unique=True,
        postgresql_where=OPEN,
        postgresql_nulls_not_distinct=True,
    )
    online.commit()
    op.execute(RENEWALS)


def downgrade() -> None:
    """Go back. The terms that older code does not know are lost."""
    op.execute(f"DELETE FROM deadline WHERE kind NOT IN ({OLD})")
    op.drop_index("uq_deadline_open", "deadline")
    op.create_index("uq_deadline_open", "deadline", ["kind", "subject_id"], unique=True, postgresql_where=OPEN)
    _allow(OLD)
    op.drop_column("deadline", "from_on")


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_deadline_kind"), "deadline")
    op.create_check_constraint(op.f("ck_deadline_kind"), "deadline", f"kind IN ({kinds})")
