"""Keep which decisions the norm lets an appeal hold back; versions that were published hold back none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0113"
down_revision = "0112"
serves = "0091"  # this one only adds


def upgrade() -> None:
    kinds: sa.Column[list[str]] = sa.Column("held_back_kinds", ARRAY(sa.Text()), server_default="{}", nullable=False)
    op.add_column("scheme_version", kinds, if_not_exists=True)


def downgrade() -> None:
    """Go back. Decisions that wait count from their day, whatever was appealed."""
    op.drop_column("scheme_version", "held_back_kinds")
