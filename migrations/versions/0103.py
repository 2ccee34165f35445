"""Number the letters to agencies, and note which were posted, when and by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
serves = "0091"  # this one only adds

# Kinds of deadlines, and what happens to one when a letter is written.
_KINDS = (
    "'critical_finding', 'reported_change', 'change_decision', 'special_audit', 'suspension_hearing', "
    "'application_review', 'report', 'decision', 'surveillance', 'suspension', 'condition', 'condition_proof', "
    "'renewal', 'link_report', 'corrective_action', 'appeal_receipt', 'appeal_outcome', 'appeal_follow_up', 'draft', "
    "'complaint_receipt', 'complaint_answer', 'signal_receipt', 'signal_answer', 'agreement'"
)
_ABOUT = "num_nonnulls(kind, moment) = CASE WHEN decision_id IS NULL THEN 2 ELSE 0 END"


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=True),
        sa.Column("moment", sa.String(40), nullable=True),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("only_post", sa.Boolean(), nullable=False),
        sa.Column("by_post", sa.Boolean(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_letter_kind")),
        sa.CheckConstraint("moment IN ('open', 'begin', 'remind', 'late')", name=op.f("ck_letter_moment")),
        sa.CheckConstraint(_ABOUT, name=op.f("ck_letter_about")),
        sa.CheckConstraint("num_nulls(posted_on, posted_by, noted_at) IN (0, 3)", name=op.f("ck_letter_posted_whole")),
        sa.CheckConstraint("by_post OR NOT only_post AND posted_on IS NULL", name=op.f("ck_letter_by_post")),
        sa.CheckConstraint("posted_on >= written_on", name=op.f("ck_letter_posted_after")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_letter_agency_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_letter_decision_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["person.id"], name=op.f("fk_letter_posted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_letter_decision_id")),
    )
    op.create_index(op.f("ix_letter_agency_id"), "letter", ["agency_id"])
    op.create_index(
        "ix_letter_to_post", "letter", ["written_on", "id"], postgresql_where="by_post AND posted_on IS NULL"
    )


def downgrade() -> None:
    """Go back. The letters stay as documents; their numbers, and what was posted, are lost."""
    op.drop_table("letter")
