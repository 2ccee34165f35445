"""Ask holders to accept a certification agreement that changed."""

from alembic import op

from migrations import online

revision = "0097"
down_revision = "0096"
serves = "0091"  # this one only adds

KINDS = (
    "critical_finding", "reported_change", "change_decision", "special_audit", "suspension_hearing",
    "application_review", "report", "decision", "surveillance", "suspension", "condition", "condition_proof",
    "renewal", "link_report", "corrective_action", "appeal_receipt", "appeal_outcome", "appeal_follow_up",
    "draft", "complaint_receipt", "complaint_answer", "signal_receipt", "signal_answer",
)  # fmt: skip


def upgrade() -> None:
    _kinds((*KINDS, "agreement"))


def downgrade() -> None:
    """Go back. Who was asked is lost; what was accepted is kept."""
    op.execute("DROP TRIGGER IF EXISTS deadline_lawful ON deadline")
    op.execute("DELETE FROM deadline_step WHERE deadline_id IN (SELECT id FROM deadline WHERE kind = 'agreement')")
    op.execute("DELETE FROM deadline WHERE kind = 'agreement'")
    _kinds(KINDS)
    op.execute("DROP FUNCTION IF EXISTS newest_agreement(uuid)")


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    online.constrain("deadline", "ck_deadline_kind", f"CHECK (kind IN ({listed}))")
