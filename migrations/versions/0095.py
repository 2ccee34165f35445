"""Add the lists of populations that wait to be fixed: asked of an agency, or given."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0095"
down_revision = "0094"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "list_offer",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", JSONB(none_as_null=True), nullable=True),
        sa.Column("file_name", sa.String(), server_default="", nullable=False),
        sa.Column("dropped", JSONB(), server_default="[]", nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nulls(content, given_by, given_at) IN (0, 3)", name=op.f("ck_list_offer_given_whole")),
        sa.CheckConstraint("asked_at IS NOT NULL OR content IS NOT NULL", name=op.f("ck_list_offer_asked_or_given")),
        sa.ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_list_offer_agency"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_list_offer_agency_id")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_list_offer_given_by")),
        sa.PrimaryKeyConstraint("audit_id", "unit", name=op.f("pk_list_offer")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_list_offer_agency_id"), "list_offer", ["agency_id"], if_not_exists=True)


def downgrade() -> None:
    """Go back. Lists that wait are lost."""
    op.execute("DROP TABLE IF EXISTS list_offer CASCADE")
