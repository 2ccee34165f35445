"""Keep in the register how long an application is shown, as its scheme says; until now 92 days for all."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
serves = "0075"  # this one only adds


def upgrade() -> None:
    shown = sa.Column("applied_months", sa.SmallInteger(), server_default=sa.text("3"), nullable=False)
    op.add_column("register_entry", shown, if_not_exists=True)


def downgrade() -> None:
    op.drop_column("register_entry", "applied_months")
