"""Keep remarks on single questions of a submission, and a term for an application that was sent back."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0114"
down_revision = "0113"
serves = "0091"  # this one only adds

KINDS = (
    "critical_finding", "reported_change", "change_decision", "special_audit", "suspension_hearing",
    "application_review", "report", "decision", "surveillance", "suspension", "condition", "condition_proof",
    "renewal", "link_report", "corrective_action", "appeal_receipt", "appeal_outcome", "appeal_follow_up",
    "draft", "complaint_receipt", "complaint_answer", "signal_receipt", "signal_answer", "agreement",
    "evidence_request", "report_comment", "second_reading",
)  # fmt: skip


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "question_remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("replied_by", sa.Uuid(), nullable=True),
        sa.Column("replied_at", moment, nullable=True),
        sa.CheckConstraint("sent_at IS NULL OR btrim(text) <> ''", name=op.f("ck_question_remark_text")),
        sa.CheckConstraint(
            "num_nulls(replied_by, replied_at) IN (0, 2)", name=op.f("ck_question_remark_replied_whole")
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "agency_id"],
            ["application.id", "application.agency_id"],
            name="fk_question_remark_agency",
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_question_remark_application_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_question_remark_submission_id")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f("fk_question_remark_scheme_version_id_requirement_code"),
        ),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_question_remark_written_by")),
        sa.ForeignKeyConstraint(["replied_by"], ["person.id"], name=op.f("fk_question_remark_replied_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_remark")),
        sa.UniqueConstraint(
            "submission_id", "requirement_code", name=op.f("uq_question_remark_submission_id_requirement_code")
        ),
        if_not_exists=True,
    )
    op.create_index("ix_question_remark_application_id", "question_remark", ["application_id"], if_not_exists=True)
    _kinds((*KINDS, "returned"))


def downgrade() -> None:
    """Go back. Remarks on questions and the terms of applications that were sent back are lost."""
    op.execute("DROP TRIGGER IF EXISTS deadline_lawful ON deadline")
    op.execute("DELETE FROM deadline_step WHERE deadline_id IN (SELECT id FROM deadline WHERE kind = 'returned')")
    op.execute("DELETE FROM deadline WHERE kind = 'returned'")
    _kinds(KINDS)
    op.execute("DROP TRIGGER IF EXISTS application_settled ON application")
    op.execute("DROP TABLE IF EXISTS question_remark CASCADE")
    for function in ("check_question_remark", "need_event_of_remark", "check_settled"):
        op.execute(f"DROP FUNCTION IF EXISTS {function}()")


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    online.constrain("deadline", "ck_deadline_kind", f"CHECK (kind IN ({listed}))")
