"""Reported changes: what an agency says of itself stands still once somebody relies on it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0032"
serves = "0034"  # older code edits what stands still, which a trigger refuses

STATES = "'reported', 'referred', 'accepted', 'declined', 'withdrawn'"
SECTIONS = "'seat', 'scope', 'workers', 'bank', 'branches', 'controlling_persons', 'contacts'"
KINDS = ("critical_finding", "reported_change", "change_decision", "special_audit")


def upgrade() -> None:
    op.create_table(
        "agency_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.String(40), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("after", JSONB(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_against", sa.Text(), nullable=False),
        sa.Column("consequences", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("before IS DISTINCT FROM after", name=op.f("ck_agency_change_differs")),
        sa.CheckConstraint(f"section IN ({SECTIONS})", name=op.f("ck_agency_change_section")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_agency_change_state")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_change_agency_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["person.id"], name=op.f("fk_agency_change_reported_by")),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], name=op.f("fk_agency_change_checked_by")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_agency_change_decision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_change")),
        sa.UniqueConstraint("id", "agency_id", name="uq_agency_change_agency"),
    )
    op.create_index("ix_agency_change_agency_id", "agency_change", ["agency_id"])
    op.create_index("ix_agency_change_state", "agency_change", ["state"])
    unfinished = sa.text("state IN ('referred', 'reported')")
    op.create_index(
        "uq_agency_change_open", "agency_change", ["section", "row_id"], unique=True, postgresql_where=unfinished
    )
    op.create_table(
        "agency_change_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id", "agency_id"],
            ["agency_change.id", "agency_change.agency_id"],
            name="fk_agency_change_file_agency",
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_agency_change_file_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_change_file")),
    )
    op.create_index("ix_agency_change_file_change_id", "agency_change_file", ["change_id"])
    op.create_index("ix_agency_change_file_sha256", "agency_change_file", ["sha256"])
    _allow(KINDS)


def downgrade() -> None:
    """Go back. Reports are lost, and the tasks that they opened; what was accepted of them stays."""
    for table in ("agency", "branch", "controller"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_fixed ON {table}")
    op.execute("DELETE FROM deadline WHERE kind <> 'critical_finding'")
    _allow(KINDS[:1])
    op.drop_table("agency_change_file")
    op.drop_table("agency_change")


def _allow(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_deadline_kind"), "deadline")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_deadline_kind"), "deadline", f"kind IN ({listed})")
