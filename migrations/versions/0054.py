"""Keep with a population where its list comes from, and what the agency had declared."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0051"
serves = "0051"  # this one only adds


def upgrade() -> None:
    op.add_column("population", sa.Column("source", sa.String(), nullable=True))
    op.add_column("population", sa.Column("declared", sa.Integer(), nullable=True))
    op.add_column("population", sa.Column("difference", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("difference", "declared", "source"):
        op.drop_column("population", name)
