"""Keep drafts of reports with the comments of the agency, how a visit went, and second readings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import online

revision = "0107"
down_revision = "0106"
serves = "0091"  # this one only adds

_MOMENT = sa.DateTime(timezone=True)
_JSON = postgresql.JSONB(none_as_null=True)

KINDS = (
    "critical_finding", "reported_change", "change_decision", "special_audit", "suspension_hearing",
    "application_review", "report", "decision", "surveillance", "suspension", "condition", "condition_proof",
    "renewal", "link_report", "corrective_action", "appeal_receipt", "appeal_outcome", "appeal_follow_up",
    "draft", "complaint_receipt", "complaint_answer", "signal_receipt", "signal_answer", "agreement",
    "evidence_request",
)  # fmt: skip
NEW = ("report_comment", "second_reading")


def upgrade() -> None:
    op.create_table(
        "report_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=False),
        sa.Column("comments", _JSON, nullable=True),
        sa.Column("commented_by", sa.Uuid(), nullable=True),
        sa.Column("commented_at", _MOMENT, nullable=True),
        sa.Column("answers", _JSON, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "num_nulls(comments, commented_by, commented_at) IN (0, 3)", name=op.f("ck_report_draft_commented_whole")
        ),
        sa.CheckConstraint(
            "num_nulls(answers, answered_by, answered_at) IN (0, 3)", name=op.f("ck_report_draft_answered_whole")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_report_draft_audit"
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name=op.f("fk_report_draft_sent_by")),
        sa.ForeignKeyConstraint(["commented_by"], ["person.id"], name=op.f("fk_report_draft_commented_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_report_draft_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_draft")),
        sa.UniqueConstraint("audit_id", "number", name=op.f("uq_report_draft_audit_id_number")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_report_draft_agency_id"), "report_draft", ["agency_id"], if_not_exists=True)
    op.create_table(
        "audit_conduct",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("deviations", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_conduct_audit_id")),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_audit_conduct_written_by")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_conduct")),
        if_not_exists=True,
    )
    op.create_table(
        "second_reading",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", _MOMENT, nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=True),
        sa.Column("read_at", _MOMENT, nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "num_nulls(reader_id, read_at, agrees) IN (0, 3)", name=op.f("ck_second_reading_read_whole")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_second_reading_audit"
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["person.id"], name=op.f("fk_second_reading_reader_id")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_second_reading")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_second_reading_agency_id"), "second_reading", ["agency_id"], if_not_exists=True)
    _kinds((*KINDS, *NEW))


def downgrade() -> None:
    """Go back. Drafts with their comments, meetings and second readings are lost; sealed reports hold what they say."""
    op.execute("DROP TRIGGER IF EXISTS deadline_lawful ON deadline")
    listed = ", ".join(f"'{kind}'" for kind in NEW)
    op.execute(f"DELETE FROM deadline_step WHERE deadline_id IN (SELECT id FROM deadline WHERE kind IN ({listed}))")
    op.execute(f"DELETE FROM deadline WHERE kind IN ({listed})")
    _kinds(KINDS)
    for table in ("second_reading", "audit_conduct", "report_draft"):
        op.drop_table(table)
    for function in ("check_report_draft", "check_reading", "need_event_of_audit"):
        op.execute(f"DROP FUNCTION IF EXISTS {function}()")


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    online.constrain("deadline", "ck_deadline_kind", f"CHECK (kind IN ({listed}))")
