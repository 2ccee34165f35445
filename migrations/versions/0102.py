"""Keep what the letter says under each ground of a decision."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
serves = "0091"  # this one only adds


def upgrade() -> None:
    more = sa.Column("explanation", sa.Text(), server_default="", nullable=False)
    op.add_column("decision_ground", more, if_not_exists=True)


def downgrade() -> None:
    op.drop_column("decision_ground", "explanation", if_exists=True)
