"""Note what is forgotten, mailed and logged, and give people a calendar; one task forgets instead of three."""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0099"
serves = "0091"  # this one only adds

TASKS = "'account.clear_out', 'lists.erase', 'security_log.clear'"


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("on_day", "kind", name=op.f("pk_forgotten")),
        if_not_exists=True,
    )
    op.execute(f"DELETE FROM chore WHERE name IN ({TASKS})")
    op.create_table(
        "case_log_leaves",
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first", name=op.f("pk_case_log_leaves")),
        if_not_exists=True,
    )
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "sent_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("read_at", moment, nullable=True),
        sa.CheckConstraint("state IN ('sent', 'refused', 'bounced')", name=op.f("ck_sent_message_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sent_message_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_message")),
        if_not_exists=True,
    )
    op.create_index("ix_sent_message_person", "sent_message", ["person_id", "sent_at"], if_not_exists=True)
    op.create_table(
        "calendar_feed",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_calendar_feed")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_calendar_feed_person_id"), "calendar_feed", ["person_id"], if_not_exists=True)


def downgrade() -> None:
    """Go back. What was forgotten stays forgotten; its counts, the hashes under the heads of the case log, the list of
    what was mailed and the addresses of calendars are lost.
    """
    op.drop_table("calendar_feed")
    op.drop_table("sent_message")
    op.drop_table("case_log_leaves")
    op.drop_table("forgotten")
    op.execute("DELETE FROM chore WHERE name = 'data.forget'")
