"""Keep what an agency says of the plan of its audit: whom it does not want, and which days suit it."""

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0124"
serves = "0091"  # this one only adds

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "team_objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_team_objection_reason")),
        sa.CheckConstraint(
            "num_nulls(upheld, answered_by, answered_at) IN (0, 3)", name=op.f("ck_team_objection_answered_whole")
        ),
        sa.CheckConstraint("upheld IS NOT FALSE OR btrim(answer) <> ''", name=op.f("ck_team_objection_answer")),
        *_keys("team_objection", "person_id", "asked_by", "answered_by"),
        sa.UniqueConstraint("audit_id", "person_id", name=op.f("uq_team_objection_audit_id_person_id")),
        if_not_exists=True,
    )
    op.create_table(
        "proposed_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        *_keys("proposed_day", "proposed_by"),
        if_not_exists=True,
    )
    stands = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_proposed_day_open",
        "proposed_day",
        ["audit_id", "day"],
        unique=True,
        postgresql_where=stands,
        if_not_exists=True,
    )
    op.create_index("ix_proposed_day_day", "proposed_day", ["day"], postgresql_where=stands, if_not_exists=True)


def _keys(table: str, *people: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name=f"fk_{table}_agency"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f(f"fk_{table}_agency_id")),
        *(sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}")) for name in people),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    """Go back. What agencies said is lost; that they said it is in the trail."""
    op.execute("DROP TABLE IF EXISTS proposed_day CASCADE")
    op.execute("DROP TABLE IF EXISTS team_objection CASCADE")
    op.execute("DROP FUNCTION IF EXISTS check_objection()")
    op.execute("DROP FUNCTION IF EXISTS check_say_in_plan()")
