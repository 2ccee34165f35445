"""Add traces of agencies, and reports of what links them."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0065"
serves = "0055"  # this one only adds

SIGNS = "'same_bank', 'same_person', 'same_family', 'same_address', 'near_door', 'same_phone', 'same_mail'"
SIGNS += ", 'same_domain', 'same_name', 'name_alike'"
KINDS = "'bank', 'person', 'family', 'address', 'street', 'phone', 'mail', 'domain', 'name'"

TASKS = "'critical_finding', 'reported_change', 'change_decision', 'special_audit', 'suspension_hearing'"
TASKS += ", 'application_review', 'report', 'decision', 'surveillance', 'suspension', 'renewal'"


def upgrade() -> None:
    op.create_table(
        "link_trace",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_link_trace_kind")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_link_trace_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_trace")),
        sa.UniqueConstraint(
            "agency_id", "kind", "key", "number", name="uq_link_trace_once", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("ix_link_trace_key", "link_trace", ["kind", "key", "number"])
    op.create_table(
        "link_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'dismissed', 'referred')", name=op.f("ck_link_report_state")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_link_report_agency_id")),
        sa.ForeignKeyConstraint(["judged_by"], ["person.id"], name=op.f("fk_link_report_judged_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_report")),
        sa.UniqueConstraint("id", "agency_id", name="uq_link_report_agency"),
    )
    op.create_index(op.f("ix_link_report_agency_id"), "link_report", ["agency_id"])
    op.create_index(op.f("ix_link_report_state"), "link_report", ["state"])
    op.create_index(
        "uq_link_report_open", "link_report", ["agency_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "link_hit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("other_name", sa.String(), nullable=False),
        sa.Column("sign", sa.String(40), nullable=False),
        sa.Column("here", sa.String(), nullable=False),
        sa.Column("there", sa.String(), nullable=False),
        sa.Column("weight", sa.Numeric(4, 2), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"sign IN ({SIGNS})", name=op.f("ck_link_hit_sign")),
        sa.CheckConstraint("verdict IN ('counts', 'counts_not')", name=op.f("ck_link_hit_verdict")),
        sa.CheckConstraint("agency_id <> other_id", name=op.f("ck_link_hit_other")),
        sa.CheckConstraint("verdict IS DISTINCT FROM 'counts' OR asked_at IS NOT NULL", name=op.f("ck_link_hit_heard")),
        sa.ForeignKeyConstraint(
            ["report_id", "agency_id"], ["link_report.id", "link_report.agency_id"], name="fk_link_hit_agency"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["agency.id"], name=op.f("fk_link_hit_other_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_link_hit_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_link_hit_answered_by")),
        sa.ForeignKeyConstraint(["judged_by"], ["person.id"], name=op.f("fk_link_hit_judged_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_hit")),
        sa.UniqueConstraint("report_id", "other_id", "sign", name="uq_link_hit_once"),
    )
    _allow(f"{TASKS}, 'link_report'")


def downgrade() -> None:
    """Go back. What was found and said about links is lost."""
    op.execute("DELETE FROM deadline WHERE kind = 'link_report'")
    _allow(TASKS)
    op.drop_table("link_hit")
    op.drop_table("link_report")
    op.drop_table("link_trace")


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_deadline_kind"), "deadline")
    op.create_check_constraint(op.f("ck_deadline_kind"), "deadline", f"kind IN ({kinds})")
