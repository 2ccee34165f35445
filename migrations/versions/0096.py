"""Let devices seal entries: what a person calls one, and how many entries it said it holds."""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.add_column("entry_chain", sa.Column("label", sa.String(), server_default="", nullable=False), if_not_exists=True)
    op.add_column(
        "entry_chain", sa.Column("written", sa.Integer(), server_default="0", nullable=False), if_not_exists=True
    )


def downgrade() -> None:
    """Go back. What devices are called is lost; what they sealed stays."""
    op.drop_column("entry_chain", "written")
    op.drop_column("entry_chain", "label")
