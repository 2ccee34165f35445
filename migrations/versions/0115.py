"""Keep with a proposed version of the norm what living certificates would be worth under it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0115"
down_revision = "0114"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.add_column("scheme_proposal", sa.Column("simulation", JSONB()), if_not_exists=True)
    op.add_column("scheme_proposal", sa.Column("simulated_at", sa.DateTime(timezone=True)), if_not_exists=True)


def downgrade() -> None:
    """Go back. What was computed is lost, and can be computed again."""
    op.drop_column("scheme_proposal", "simulated_at", if_exists=True)
    op.drop_column("scheme_proposal", "simulation", if_exists=True)
