"""Keep which pictures beside verdicts stand in the report, each with its caption and the copy that is printed."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0119"
serves = "0091"  # this one only adds

_CHECKS = {
    "printed_whole": "num_nulls(caption, printed_sha256) IN (0, 2)",
    "printed": "caption IS NULL OR btrim(caption) <> '' AND withdrawn_at IS NULL AND media_type LIKE 'image/%'",
}


def upgrade() -> None:
    op.add_column("cell_file", sa.Column("caption", sa.Text()), if_not_exists=True)
    op.add_column("cell_file", sa.Column("printed_sha256", sa.String()), if_not_exists=True)
    op.create_index(op.f("ix_cell_file_printed_sha256"), "cell_file", ["printed_sha256"], if_not_exists=True)
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_cell_file_{name}"), "cell_file", condition)


def downgrade() -> None:
    """Go back. Which pictures were chosen is lost; reports that print them stay."""
    for name in ("caption", "printed_sha256"):
        op.drop_column("cell_file", name, if_exists=True)
