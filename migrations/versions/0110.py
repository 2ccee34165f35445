"""Keep pictures and files beside verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
serves = "0091"  # this one only adds


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "cell_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("overruled", sa.Text(), nullable=True),
        sa.Column("taken_at", moment, nullable=True),
        sa.Column("place", sa.String(), server_default="", nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", moment, nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_cell_file_withdrawn")),
        sa.CheckConstraint("withdrawn_at IS NULL OR btrim(reason) <> ''", name=op.f("ck_cell_file_reason")),
        sa.ForeignKeyConstraint(
            ["audit_id", "unit", "reference"],
            ["sampled_unit.audit_id", "sampled_unit.unit", "sampled_unit.reference"],
            name="fk_cell_file_unit",
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["sealed_entry.id"], name=op.f("fk_cell_file_entry_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_cell_file_uploaded_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_cell_file_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_file")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_cell_file_entry_id")),
        if_not_exists=True,
    )
    for column in ("audit_id", "sha256"):
        op.create_index(op.f(f"ix_cell_file_{column}"), "cell_file", [column], if_not_exists=True)


def downgrade() -> None:
    """Go back. Which pictures and files stood beside verdicts is lost; the entries that seal them stay."""
    op.drop_table("cell_file")
