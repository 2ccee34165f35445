"""Let people choose one message a day."""

import sqlalchemy as sa
from alembic import op

from migrations.online import constrain

revision = "0106"
down_revision = "0105"
serves = "0091"  # this one only adds

_STATES = "('sent', 'refused', 'bounced', 'held')"


def upgrade() -> None:
    op.add_column(
        "person", sa.Column("daily_mail", sa.Boolean(), server_default=sa.false(), nullable=False), if_not_exists=True
    )
    constrain("sent_message", "ck_sent_message_state", f"CHECK (state IN {_STATES})")


def downgrade() -> None:
    """Go back. Messages that were held count as sent; people read them in the portal."""
    op.execute("UPDATE sent_message SET state = 'sent' WHERE state = 'held'")
    constrain("sent_message", "ck_sent_message_state", "CHECK (state IN ('sent', 'refused', 'bounced'))")
    op.drop_column("person", "daily_mail", if_exists=True)
