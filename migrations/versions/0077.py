"""Hold forms that were sent after the session had ended."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
serves = "0075"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "held_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_held_form_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_held_form"),
    )
    op.create_index("ix_held_form_person_id", "held_form", ["person_id"])


def downgrade() -> None:
    op.drop_table("held_form")
