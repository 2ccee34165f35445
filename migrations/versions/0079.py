"""Keep each submission of a self-assessment as one canonical text under its digest."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
serves = "0075"  # this one only adds


def upgrade() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_name", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')", name=op.f("ck_submission_sha256")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_submission_application_id")),
        sa.ForeignKeyConstraint(
            ["application_id", "agency_id"],
            ["application.id", "application.agency_id"],
            name=op.f("fk_submission_agency"),
        ),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_submission_declared_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_submission_application_id_number")),
    )


def downgrade() -> None:
    op.drop_table("submission")
