"""Keep the share of a person in control with decimals: who owns a third had to state a wrong number.

As a double, which code of before reads and writes as it did its integer; two decimals survive it, and a report of a
change, which is JSON, holds the same number as the row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0125"
serves = "0091"  # code of before sees a number, as it did


def upgrade() -> None:
    op.alter_column("controller", "share_percent", type_=sa.Double(), existing_type=sa.Integer())


def downgrade() -> None:
    """Go back. Shares are rounded to whole percents."""
    op.alter_column(
        "controller",
        "share_percent",
        type_=sa.Integer(),
        existing_type=sa.Double(),
        postgresql_using="round(share_percent)::integer",
    )
