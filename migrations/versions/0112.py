"""Keep what an agency and the office write to each other about a case."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "case_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("from_agency", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("btrim(text) <> ''", name=op.f("ck_case_message_text")),
        sa.ForeignKeyConstraint(
            ["application_id", "agency_id"], ["application.id", "application.agency_id"], name="fk_case_message_agency"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_case_message_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_message")),
        if_not_exists=True,
    )
    op.create_index("ix_case_message_thread", "case_message", ["application_id", "sent_at"], if_not_exists=True)


def downgrade() -> None:
    """Go back. What was written is lost; that something was written is in the trail."""
    op.execute("DROP TABLE IF EXISTS case_message CASCADE")
