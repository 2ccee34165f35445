"""Keep who of an agency takes a question on, and what its people say to each other about it."""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"
serves = "0091"  # this one only adds


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "question_task",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", moment, nullable=False),
        *_place("question_task"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_question_task_person_id")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_question_task_given_by")),
        sa.PrimaryKeyConstraint("application_id", "requirement_code", name=op.f("pk_question_task")),
        if_not_exists=True,
    )
    op.create_table(
        "question_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.CheckConstraint("btrim(text) <> ''", name=op.f("ck_question_comment_text")),
        *_place("question_comment"),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_question_comment_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_comment")),
        if_not_exists=True,
    )
    thread = ["application_id", "requirement_code", "written_at"]
    op.create_index("ix_question_comment_thread", "question_comment", thread, if_not_exists=True)


def downgrade() -> None:
    """Go back. Who took what on, and what was said about it, is lost."""
    for table in ("question_comment", "question_task"):
        op.execute(f"DROP TABLE IF EXISTS {table} CASCADE")
    op.execute("DROP FUNCTION IF EXISTS check_question_task()")


def _place(table: str) -> list[sa.ForeignKeyConstraint]:
    """Return the keys that tie a row to a question of an application."""
    return [
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f(f"fk_{table}_application_id")),
        sa.ForeignKeyConstraint(
            ["application_id", "agency_id"], ["application.id", "application.agency_id"], name=f"fk_{table}_agency"
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f(f"fk_{table}_scheme_version_id_requirement_code"),
        ),
    ]
