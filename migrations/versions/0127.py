"""Keep the plans of audits that were sent to agencies, each with its letter."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import online

revision = "0127"
down_revision = "0126"
serves = "0091"  # this one only adds

ABOUT = "num_nonnulls(kind, moment) = CASE WHEN decision_id IS NULL THEN 2 ELSE 0 END"
ABOUT_PLANS_TOO = (
    "num_nonnulls(kind, moment) = CASE num_nonnulls(decision_id, plan_id) WHEN 0 THEN 2 ELSE 0 END"
    " AND num_nonnulls(decision_id, plan_id) < 2"
)


def upgrade() -> None:
    op.create_table(
        "sent_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_sent_plan_agency"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_sent_plan_agency_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_sent_plan_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_plan")),
        sa.UniqueConstraint("audit_id", "number", name=op.f("uq_sent_plan_audit_id_number")),
        if_not_exists=True,
    )
    op.add_column("letter", sa.Column("plan_id", sa.Uuid(), nullable=True), if_not_exists=True)
    online.commit()
    online.constrain("letter", "fk_letter_plan_id", "FOREIGN KEY (plan_id) REFERENCES sent_plan (id)")
    online.constrain("letter", "ck_letter_about", f"CHECK ({ABOUT_PLANS_TOO})")
    op.execute("ALTER TABLE letter DROP CONSTRAINT IF EXISTS uq_letter_plan_id")
    op.create_unique_constraint("uq_letter_plan_id", "letter", ["plan_id"])


def downgrade() -> None:
    """Go back. The letters with plans are lost, their sealed documents stay."""
    op.execute("DROP TRIGGER IF EXISTS letter_kept ON letter")
    op.execute("DELETE FROM letter WHERE plan_id IS NOT NULL")
    online.constrain("letter", "ck_letter_about", f"CHECK ({ABOUT})")
    op.drop_column("letter", "plan_id")
    op.execute("DROP TABLE IF EXISTS sent_plan CASCADE")
