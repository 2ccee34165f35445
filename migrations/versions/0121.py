"""Keep what the staff who audit can do: sectors, languages and trainings."""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "competence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('sector', 'language', 'training')", name=op.f("ck_competence_kind")),
        sa.CheckConstraint("btrim(value) <> ''", name=op.f("ck_competence_value")),
        sa.CheckConstraint("recorded_by <> person_id", name=op.f("ck_competence_not_own")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_competence_person_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_competence_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_competence_person_id"), "competence", ["person_id"], if_not_exists=True)


def downgrade() -> None:
    """Go back. What was recorded of people is lost; that it was is in the trail."""
    op.execute("DROP TABLE IF EXISTS competence CASCADE")
    op.execute("DROP FUNCTION IF EXISTS check_competence()")
