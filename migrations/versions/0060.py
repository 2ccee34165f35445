"""Add the team of an audit."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0056"
serves = "0055"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "team_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('member', 'expert', 'interpreter', 'observer')", name=op.f("ck_team_member_role")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_team_member_audit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
    )
    op.create_index(
        "uq_team_member_open",
        "team_member",
        ["audit_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )


def downgrade() -> None:
    """Go back. Who went along in which role is lost; the part in the audit stays."""
    op.drop_table("team_member")
