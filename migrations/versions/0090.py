"""Keep the answers to typed questions beside the verdict of a requirement."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0090"
down_revision = "0086"
serves = "0086"  # this one only adds; an older process neither shows nor loses them


def upgrade() -> None:
    column = sa.Column("details", JSONB(), server_default="{}", nullable=False)
    op.add_column("answer", column, if_not_exists=True)


def downgrade() -> None:
    op.drop_column("answer", "details")
