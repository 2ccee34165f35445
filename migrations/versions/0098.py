"""Keep the webhooks of lists, and what was sent to them."""

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0097"
serves = "0091"  # this one only adds

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("follow_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("renewed_at", MOMENT, nullable=False),
        sa.Column("told_upto", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("char_length(url) BETWEEN 8 AND 500", name=op.f("ck_webhook_url")),
        sa.ForeignKeyConstraint(["follow_id"], ["follow.id"], ondelete="CASCADE", name=op.f("fk_webhook_follow_id")),
        sa.PrimaryKeyConstraint("follow_id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("id", name=op.f("uq_webhook_id")),
        if_not_exists=True,
    )
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], ondelete="CASCADE", name=op.f("fk_webhook_call_webhook_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_call")),
        sa.UniqueConstraint("webhook_id", "position", name=op.f("uq_webhook_call_webhook_id_position")),
        if_not_exists=True,
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_webhook_call_due", "webhook_call", ["due_at"], postgresql_where=due, if_not_exists=True)
    op.create_index("ix_webhook_call_made_at", "webhook_call", ["made_at"], if_not_exists=True)


def downgrade() -> None:
    """Go back. Nobody's software is called any more, and what was sent is forgotten."""
    for table in ("webhook_call", "webhook"):
        op.drop_table(table)
