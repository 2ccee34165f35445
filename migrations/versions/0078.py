"""Keep the values of a scheme version beside its source, so that no process that serves people parses YAML."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
serves = "0075"  # this one only adds

TABLES = ("scheme_version", "scheme_proposal")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("parsed", sa.String(), nullable=True), if_not_exists=True)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "parsed")
