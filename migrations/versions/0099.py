"""Keep half a corrective action beside its finding."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0099"
down_revision = "0098"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.add_column("finding", sa.Column("draft", JSONB(), nullable=True), if_not_exists=True)


def downgrade() -> None:
    """Go back. What was typed and not sent is lost."""
    op.drop_column("finding", "draft")
