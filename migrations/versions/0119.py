"""Keep the files that an agency asks us to take although they look as if they hold personal numbers; never the files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0119"
down_revision = "0118"
serves = "0091"  # this one only adds


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "file_plea",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_file_plea_reason")),
        sa.CheckConstraint(
            "num_nulls(granted, answered_by, answered_at) IN (0, 3)", name=op.f("ck_file_plea_answered_whole")
        ),
        sa.CheckConstraint("granted IS NOT FALSE OR btrim(answer) <> ''", name=op.f("ck_file_plea_answer")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_file_plea_agency_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_file_plea_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_file_plea_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_plea")),
        sa.UniqueConstraint("agency_id", "sha256", name=op.f("uq_file_plea_agency_id_sha256")),
        if_not_exists=True,
    )
    waiting = sa.text("answered_at IS NULL")
    op.create_index("ix_file_plea_open", "file_plea", ["asked_at"], postgresql_where=waiting, if_not_exists=True)


def downgrade() -> None:
    """Go back. What was asked and let in is lost; the reason stays beside each file that was taken."""
    op.execute("DROP TABLE IF EXISTS file_plea CASCADE")
    op.execute("DROP FUNCTION IF EXISTS check_file_plea()")
