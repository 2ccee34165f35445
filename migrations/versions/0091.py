"""Take complaints about us, and note how they and signals are handled."""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
serves = "0086"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.CheckConstraint(
            "about IN ('treatment', 'delay', 'mistake', 'independence', 'other')", name=op.f("ck_complaint_about")
        ),
        sa.CheckConstraint("language IN ('nl', 'en')", name=op.f("ck_complaint_language")),
        sa.CheckConstraint("char_length(message) BETWEEN 1 AND 4000", name=op.f("ck_complaint_message")),
        sa.CheckConstraint("char_length(contact) <= 200", name=op.f("ck_complaint_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        if_not_exists=True,
    )
    op.create_index("ix_complaint_newest", "complaint", ["received_at", "id"], if_not_exists=True)
    op.create_table(
        "handling",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("told", sa.String(40), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("handler_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("told IN ('complaint', 'signal')", name=op.f("ck_handling_told")),
        sa.CheckConstraint(
            "verdict IN ('founded', 'partly', 'unfounded', 'elsewhere')", name=op.f("ck_handling_verdict")
        ),
        sa.CheckConstraint("(told = 'signal') = (agency_id IS NOT NULL)", name=op.f("ck_handling_agency")),
        sa.CheckConstraint("num_nulls(verdict, answered_at) IN (0, 2)", name=op.f("ck_handling_answered_whole")),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_handling_answer")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_handling_agency_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["person.id"], name=op.f("fk_handling_handler_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_handling")),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Go back. Complaints, and how signals were handled, are lost."""
    for table in ("handling", "complaint"):
        op.drop_table(table)
