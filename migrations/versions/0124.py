"""Keep what reported audits add to the figures about audits; a worker counts what is there within the hour."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0124"
down_revision = "0123"
serves = "0091"  # this one only adds


def upgrade() -> None:
    _audits()
    op.create_table(
        "requirement_tally",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("inspector_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("assessed", sa.Integer(), nullable=False),
        sa.Column("nonconforming", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["inspector_id"], ["person.id"], name=op.f("fk_requirement_tally_inspector_id")),
        sa.PrimaryKeyConstraint("month", "inspector_id", "requirement_code", name=op.f("pk_requirement_tally")),
        if_not_exists=True,
    )
    op.create_table(
        "note_tally",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_note_tally_audit_id")),
        sa.PrimaryKeyConstraint("digest", "audit_id", name=op.f("pk_note_tally")),
        if_not_exists=True,
    )
    op.create_index("ix_note_tally_audit_id", "note_tally", ["audit_id"], if_not_exists=True)


def _audits() -> None:
    counts = ("verdicts", "assessed", "nonconforming", "bulk", "notes", "repeated")
    op.create_table(
        "audit_tally",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("inspector_id", sa.Uuid(), nullable=False),
        sa.Column("people", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("is_initial", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Numeric(6, 1), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_tally_audit_id")),
        sa.ForeignKeyConstraint(["inspector_id"], ["person.id"], name=op.f("fk_audit_tally_inspector_id")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_tally")),
        if_not_exists=True,
    )
    op.create_index("ix_audit_tally_inspector", "audit_tally", ["inspector_id", "reported_on"], if_not_exists=True)
    op.create_index("ix_audit_tally_reported_on", "audit_tally", ["reported_on"], if_not_exists=True)


def downgrade() -> None:
    """Go back. Nothing is lost: these are sums of what is kept elsewhere."""
    for table in ("note_tally", "requirement_tally", "audit_tally"):
        op.execute(f"DROP TABLE IF EXISTS {table} CASCADE")
