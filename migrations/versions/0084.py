"""Let an agency appeal against a decision: the appeal, its terms, what the register shows, and its entry in the log."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0084"
down_revision = "0083"
serves = "0083"  # this one only adds

KINDS = (
    "critical_finding", "reported_change", "change_decision", "special_audit", "suspension_hearing",
    "application_review", "report", "decision", "surveillance", "suspension", "condition", "condition_proof",
    "renewal", "link_report", "corrective_action",
)  # fmt: skip
NEW_KINDS = ("appeal_receipt", "appeal_outcome", "appeal_follow_up")
HAPPENED = ("issued", "suspended", "lifted", "withdrawn", "ended", "replaced", "condition-met")
AND_MORE = ("resealed", "expired", "case-log")


def upgrade() -> None:
    _one_of("deadline", "kind", (*KINDS, *NEW_KINDS))
    _one_of("ledger_entry", "type", (*HAPPENED, "appeal-decided", *AND_MORE))
    shown: sa.Column[bool] = sa.Column("under_appeal", sa.Boolean(), server_default="false", nullable=False)
    op.add_column("register_entry", shown, if_not_exists=True)
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("late_because", sa.Text(), server_default="", nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("lodged_by", sa.Uuid(), nullable=False),
        sa.Column("lodged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handler_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_answer", sa.Text(), server_default="", nullable=False),
        sa.Column("hearing_on", sa.Date(), nullable=True),
        sa.Column("heard", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('lodged', 'in_hand', 'decided', 'refused', 'withdrawn')", name=op.f("ck_appeal_state")
        ),
        sa.CheckConstraint("outcome IN ('upheld', 'partly', 'dismissed')", name=op.f("ck_appeal_outcome")),
        sa.CheckConstraint(
            "(state = 'decided') = (num_nonnulls(outcome, decided_by) = 2)", name=op.f("ck_appeal_decided")
        ),
        sa.CheckConstraint("num_nulls(handler_id, taken_at) IN (0, 2)", name=op.f("ck_appeal_taken_whole")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_appeal_{column}"))
            for column, table in (
                ("decision_id", "decision"),
                ("agency_id", "agency"),
                ("lodged_by", "person"),
                ("handler_id", "person"),
                ("decided_by", "decision"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("decided_by", name=op.f("uq_appeal_decided_by")),
        if_not_exists=True,
    )
    op.create_index("ix_appeal_agency_id", "appeal", ["agency_id"], if_not_exists=True)
    standing = sa.text("state <> 'withdrawn'")
    op.create_index(
        "uq_appeal_decision", "appeal", ["decision_id"], unique=True, postgresql_where=standing, if_not_exists=True
    )


def downgrade() -> None:
    """Go back. What agencies appealed against, and what became of it, is lost; the decisions on it stay as rows."""
    op.execute("DROP TRIGGER IF EXISTS decision_appeal ON decision")
    op.drop_table("appeal")
    op.drop_column("register_entry", "under_appeal")
    op.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
    op.execute("UPDATE ledger_entry SET type = 'resealed' WHERE type = 'appeal-decided'")
    op.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    listed = ", ".join(f"'{kind}'" for kind in NEW_KINDS)
    op.execute(f"DELETE FROM deadline WHERE kind IN ({listed})")
    _one_of("ledger_entry", "type", (*HAPPENED, *AND_MORE))
    _one_of("deadline", "kind", KINDS)


def _one_of(table: str, column: str, values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    online.constrain(table, f"ck_{table}_{column}", f"CHECK ({column} IN ({listed}))")
