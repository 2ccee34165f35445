"""Requests that a second person answers: for roles, and for versions of the norm."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
serves = "0016"  # older code gives the roles of deciders and publishes norms by itself, which the walls refuse


def upgrade() -> None:
    op.create_table(
        "role_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.CheckConstraint("role IN ('administrator', 'decider', 'reviewer')", name=op.f("ck_role_request_role")),
        sa.CheckConstraint("asked_by <> person_id", name=op.f("ck_role_request_not_own")),
        sa.CheckConstraint(
            "granted IS NOT TRUE OR answered_by NOT IN (asked_by, person_id)",
            name=op.f("ck_role_request_second_person"),
        ),
        sa.CheckConstraint(
            "num_nulls(answered_by, answered_at, granted) IN (0, 3)", name=op.f("ck_role_request_answered_whole")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_role_request_{column}"))
            for column in ("person_id", "asked_by", "answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_request")),
    )
    op.create_index(
        "uq_role_request_open",
        "role_request",
        ["person_id", "role"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "scheme_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "published IS NOT TRUE OR answered_by <> proposed_by", name=op.f("ck_scheme_proposal_second_person")
        ),
        sa.CheckConstraint(
            "num_nulls(answered_by, answered_at, published) IN (0, 3)", name=op.f("ck_scheme_proposal_answered_whole")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_scheme_proposal_{column}"))
            for column in ("proposed_by", "answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_proposal")),
    )
    op.create_index(
        "uq_scheme_proposal_open",
        "scheme_proposal",
        ["code"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("scheme_proposal")
    op.drop_table("role_request")
    op.execute("DROP TRIGGER IF EXISTS person_role_second_person ON person_role")
    op.execute("DROP TRIGGER IF EXISTS person_role_second_person_command ON person_role")
    op.execute("DROP TRIGGER IF EXISTS person_second_person ON person")
    op.execute("DROP TRIGGER IF EXISTS scheme_version_second_person ON scheme_version")
    op.execute("DROP TRIGGER IF EXISTS scheme_version_not_backdated ON scheme_version")
    op.execute("DROP FUNCTION IF EXISTS need_second_person(), add_confirmed_role(), come_back_without()")
    op.execute("DROP FUNCTION IF EXISTS need_proposal(), refuse_backdating()")
