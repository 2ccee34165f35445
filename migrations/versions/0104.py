"""Let an inspector ask an agency for a file or an answer until a day."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0104"
down_revision = "0103"
serves = "0091"  # this one only adds

KINDS = (
    "critical_finding", "reported_change", "change_decision", "special_audit", "suspension_hearing",
    "application_review", "report", "decision", "surveillance", "suspension", "condition", "condition_proof",
    "renewal", "link_report", "corrective_action", "appeal_receipt", "appeal_outcome", "appeal_follow_up",
    "draft", "complaint_receipt", "complaint_answer", "signal_receipt", "signal_answer", "agreement",
)  # fmt: skip


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "evidence_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_evidence_request_answered_whole")
        ),
        sa.CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_evidence_request_one_end")),
        sa.CheckConstraint("btrim(text) <> ''", name=op.f("ck_evidence_request_text")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_evidence_request_agency_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_evidence_request_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_evidence_request_answered_by")),
        sa.ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_evidence_request_agency"
        ),
        sa.ForeignKeyConstraint(
            ["audit_id", "scheme_version_id"],
            ["audit.id", "audit.scheme_version_id"],
            name=op.f("fk_evidence_request_audit_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f("fk_evidence_request_scheme_version_id_requirement_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_request")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_evidence_request_audit_id"), "evidence_request", ["audit_id"], if_not_exists=True)
    op.create_index(
        "ix_evidence_request_open",
        "evidence_request",
        ["agency_id"],
        postgresql_where="answered_at IS NULL AND withdrawn_at IS NULL",
        if_not_exists=True,
    )
    op.add_column("evidence", sa.Column("request_id", sa.Uuid(), nullable=True), if_not_exists=True)
    online.commit()
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX IF EXISTS ix_evidence_request")  # what is left of one that was interrupted
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_evidence_request ON evidence (request_id) WHERE request_id IS NOT NULL"
        )
    _kinds((*KINDS, "evidence_request"))


def downgrade() -> None:
    """Go back. What was asked and answered is lost; files that were given stay beside their requirement."""
    op.execute("DROP TRIGGER IF EXISTS deadline_lawful ON deadline")
    op.execute(
        "DELETE FROM deadline_step WHERE deadline_id IN (SELECT id FROM deadline WHERE kind = 'evidence_request')"
    )
    op.execute("DELETE FROM deadline WHERE kind = 'evidence_request'")
    _kinds(KINDS)
    op.drop_column("evidence", "request_id")
    op.execute("DROP TABLE IF EXISTS evidence_request CASCADE")
    functions = "check_request(), keep_request_term(), end_requests(), need_event_of_request()"
    op.execute(f"DROP FUNCTION IF EXISTS {functions} CASCADE")


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    online.constrain("deadline", "ck_deadline_kind", f"CHECK (kind IN ({listed}))")
