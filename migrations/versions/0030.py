"""Ask for a plan before the proof, keep the files of each round, and grant more time."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0030"
down_revision = "0029"
serves = "0030"  # older code does not know the states of a plan and its proof

STATES = "('open', 'answered', 'closed', 'superseded')"
MORE = "('open', 'answered', 'plan_accepted', 'proven', 'closed', 'superseded')"


def upgrade() -> None:
    online.constrain("finding", "ck_finding_state", f"CHECK (state IN {MORE})")
    op.add_column("finding", sa.Column("plan_due_on", sa.Date(), nullable=True))
    op.add_column("corrective_action", sa.Column("step", sa.String(40), nullable=True))
    op.execute(
        "ALTER TABLE corrective_action ADD CONSTRAINT ck_corrective_action_step CHECK (step IN ('plan', 'proof'))"
    )
    op.add_column("evidence", sa.Column("round", sa.Integer(), nullable=True))
    op.create_table(
        "extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("wanted_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("granted_until", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id", "agency_id"], ["finding.id", "finding.agency_id"], name="fk_extension_agency"
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_extension_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_extension_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index("ix_extension_finding_id", "extension", ["finding_id"])
    still_open = sa.text("answered_at IS NULL")
    op.create_index("uq_extension_open", "extension", ["finding_id"], unique=True, postgresql_where=still_open)


def downgrade() -> None:
    """Go back. Terms that were extended stay so; a plan or a proof counts as an answer, an accepted plan as none."""
    op.execute("DROP TRIGGER IF EXISTS finding_proven ON finding")
    op.drop_table("extension")
    op.execute("ALTER TABLE finding DISABLE TRIGGER USER")
    op.execute("UPDATE finding SET state = CASE state WHEN 'proven' THEN 'answered' ELSE 'open' END"
               " WHERE state IN ('plan_accepted', 'proven')")  # fmt: skip
    op.execute("ALTER TABLE finding ENABLE TRIGGER USER")
    op.drop_constraint("ck_finding_state", "finding")
    op.create_check_constraint(op.f("ck_finding_state"), "finding", f"state IN {STATES}")
    op.drop_column("evidence", "round")
    op.drop_constraint("ck_corrective_action_step", "corrective_action")
    op.drop_column("corrective_action", "step")
    op.drop_column("finding", "plan_due_on")
