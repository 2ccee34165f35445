"""Keep the days of an audit, with place and hours, and why its time differs from that of the norm."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
serves = "0055"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "audit_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("hours_planned", sa.Numeric(4, 1), nullable=False),
        sa.Column("hours_done", sa.Numeric(4, 1), nullable=True),
        sa.Column("is_dropped", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "supersedes_id IS NULL OR reason <> '' OR hours_done IS NOT NULL", name=op.f("ck_audit_day_reason")
        ),
        sa.CheckConstraint("NOT is_dropped OR supersedes_id IS NOT NULL", name=op.f("ck_audit_day_dropped")),
        sa.CheckConstraint("hours_planned > 0 AND hours_planned <= 24 AND hours_done BETWEEN 0 AND 24",
                           name=op.f("ck_audit_day_hours")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_day_audit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_day_person_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_audit_day_said_by")),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "audit_id"], ["audit_day.id", "audit_day.audit_id"], name="fk_audit_day_supersedes"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_day")),
        sa.UniqueConstraint("id", "audit_id", name=op.f("uq_audit_day_id_audit_id")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_audit_day_supersedes_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_audit_day_audit_id"), "audit_day", ["audit_id"])
    op.create_index(op.f("ix_audit_day_person_id_day"), "audit_day", ["person_id", "day"])
    op.create_table(
        "audit_time",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("computed", sa.Numeric(5, 1), nullable=False),
        sa.Column("planned", sa.Numeric(5, 1), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_audit_time_reason")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_time_audit_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_audit_time_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_time")),
    )
    op.create_index(op.f("ix_audit_time_audit_id"), "audit_time", ["audit_id"])


def downgrade() -> None:
    """Go back. The days are lost."""
    op.drop_table("audit_time")
    op.drop_table("audit_day")
