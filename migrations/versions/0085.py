"""Keep with an audit the risks that its planner named, which ask for more time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0085"
down_revision = "0084"
serves = "0075"  # this one only adds


def upgrade() -> None:
    op.add_column("audit", sa.Column("risks", JSONB(), server_default="[]", nullable=False), if_not_exists=True)


def downgrade() -> None:
    op.drop_column("audit", "risks")
