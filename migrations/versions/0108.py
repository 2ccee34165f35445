"""Let the office write notes about an agency, which no agency sees; letters take every kind of term."""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
serves = "0091"  # this one only adds


_KINDS = (
    "'critical_finding', 'reported_change', 'change_decision', 'special_audit', 'suspension_hearing', "
    "'application_review', 'report', 'decision', 'surveillance', 'suspension', 'condition', 'condition_proof', "
    "'renewal', 'link_report', 'corrective_action', 'appeal_receipt', 'appeal_outcome', 'appeal_follow_up', 'draft', "
    "'complaint_receipt', 'complaint_answer', 'signal_receipt', 'signal_answer', 'agreement'"
)  # as 0103 has them


def upgrade() -> None:
    # The list of kinds grows with the deadlines, which are checked themselves.
    op.execute("ALTER TABLE letter DROP CONSTRAINT IF EXISTS ck_letter_kind")
    op.create_table(
        "staff_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name=op.f("ck_staff_note_text")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_staff_note_agency_id")),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_staff_note_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_note")),
    )
    op.create_index("ix_staff_note_agency", "staff_note", ["agency_id", "written_at"])


def downgrade() -> None:
    """Go back. The notes are lost. Refused while there are letters about kinds of terms that came later."""
    op.drop_table("staff_note")
    op.create_check_constraint(op.f("ck_letter_kind"), "letter", f"kind IN ({_KINDS})")
