"""Let drafts, complaints and signals have terms; those of what was told in confidence name no agency."""

from alembic import op

from migrations import online

revision = "0092"
down_revision = "0091"
serves = "0091"  # this one only adds

KINDS = (
    "critical_finding", "reported_change", "change_decision", "special_audit", "suspension_hearing",
    "application_review", "report", "decision", "surveillance", "suspension", "condition", "condition_proof",
    "renewal", "link_report", "corrective_action", "appeal_receipt", "appeal_outcome", "appeal_follow_up",
)  # fmt: skip
NEW_KINDS = ("draft", "complaint_receipt", "complaint_answer", "signal_receipt", "signal_answer")


def upgrade() -> None:
    op.alter_column("deadline", "agency_id", nullable=True)
    _one_of(KINDS + NEW_KINDS)


def downgrade() -> None:
    """Go back. The terms of drafts, complaints and signals are lost; their dates are known from what they are about."""
    listed = ", ".join(f"'{kind}'" for kind in NEW_KINDS)
    op.execute("DROP TRIGGER IF EXISTS deadline_lawful ON deadline")
    op.execute(f"DELETE FROM deadline_step WHERE deadline_id IN (SELECT id FROM deadline WHERE kind IN ({listed}))")
    op.execute(f"DELETE FROM deadline WHERE kind IN ({listed})")
    _one_of(KINDS)
    online.require("deadline", "agency_id")


def _one_of(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    online.constrain("deadline", "ck_deadline_kind", f"CHECK (kind IN ({listed}))")
