"""Keep what an agency says when it is heard about a suspension at once."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
serves = "0055"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "hearing_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_hearing_statement_decision_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_hearing_statement_agency_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_hearing_statement_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_statement")),
        if_not_exists=True,
    )
    op.create_index("ix_hearing_statement_decision_id", "hearing_statement", ["decision_id"], if_not_exists=True)


def downgrade() -> None:
    """Go back. What agencies said in the portal is lost; what deciders wrote of it stays."""
    op.drop_table("hearing_statement")
