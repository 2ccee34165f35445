"""Keep who is told when agencies change in the register."""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "follow",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_upto", sa.BigInteger(), nullable=False),
        sa.Column("digested_on", sa.Date(), nullable=True),
        sa.CheckConstraint("language IN ('nl', 'en')", name=op.f("ck_follow_language")),
        sa.CheckConstraint("char_length(address) BETWEEN 3 AND 254", name=op.f("ck_follow_address")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        if_not_exists=True,
    )
    unconfirmed = sa.text("confirmed_at IS NULL")
    op.create_index(
        "ix_follow_unconfirmed", "follow", [sa.text("lower(address)")], postgresql_where=unconfirmed, if_not_exists=True
    )
    op.create_index("ix_follow_daily", "follow", ["digested_on"], postgresql_where=sa.text("daily"), if_not_exists=True)
    op.create_table(
        "followed",
        sa.Column("follow_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_followed_agency_id")),
        sa.ForeignKeyConstraint(["follow_id"], ["follow.id"], ondelete="CASCADE", name=op.f("fk_followed_follow_id")),
        sa.PrimaryKeyConstraint("follow_id", "agency_id", name=op.f("pk_followed")),
        if_not_exists=True,
    )
    op.create_index("ix_followed_agency_id", "followed", ["agency_id"], if_not_exists=True)


def downgrade() -> None:
    """Go back. Nobody is told any more, and all addresses are forgotten."""
    for table in ("followed", "follow"):
        op.drop_table(table)
