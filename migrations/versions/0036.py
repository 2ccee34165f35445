"""Suspension at once: provisional until a second decider, who heard the holder, confirms or ends it."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
serves = "0035"  # an older process does not answer a provisional suspension; triggers refuse it

KINDS = "'critical_finding', 'reported_change', 'change_decision', 'special_audit'"


def upgrade() -> None:
    for table in ("decision", "certificate_change", "register_entry"):
        op.add_column(table, sa.Column("provisional", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("decision", sa.Column("heard", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_decision_provisional"),
        "decision",
        "NOT provisional OR (outcome = 'suspend' AND reviews_decision_id IS NULL)",
    )
    op.drop_constraint(op.f("ck_deadline_kind"), "deadline")
    op.create_check_constraint(op.f("ck_deadline_kind"), "deadline", f"kind IN ({KINDS}, 'suspension_hearing')")


def downgrade() -> None:
    """Go back. Suspensions that wait for a second decider stand as if one had confirmed them."""
    op.execute("DROP TRIGGER IF EXISTS decision_hearing ON decision")
    op.execute("DELETE FROM deadline WHERE kind = 'suspension_hearing'")
    op.drop_constraint(op.f("ck_deadline_kind"), "deadline")
    op.create_check_constraint(op.f("ck_deadline_kind"), "deadline", f"kind IN ({KINDS})")
    op.drop_constraint(op.f("ck_decision_provisional"), "decision")
    op.drop_column("decision", "heard")
    for table in ("register_entry", "certificate_change", "decision"):
        op.drop_column(table, "provisional")
