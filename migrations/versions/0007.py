"""Events in format 2: kinds of actors, and what can be forgotten in a row of its own.

Events from before stay as they are, in format 1. A process of the release before this one writes format 1 as well.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

ACTOR = """
CASE WHEN format = 1 THEN actor_kind IS NULL AND actor_id IS NOT NULL
ELSE actor_kind IS NOT NULL AND actor_kind IN ('person', 'system', 'anonymous')
AND (actor_kind = 'person') = (actor_id IS NOT NULL) END
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("event", sa.Column("format", sa.Integer(), server_default="1", nullable=False))
    op.add_column("event", sa.Column("actor_kind", sa.String(length=40), nullable=True))
    op.add_column("event", sa.Column("note_sha256", sa.String(), nullable=True))
    op.alter_column("event", "actor_id", nullable=True)
    op.create_check_constraint("actor", "event", ACTOR)
    op.create_table(
        "event_note",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_note_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_note")),
    )
    # A note can be forgotten one by one, and never says anything else than it did.
    op.execute(
        "CREATE TRIGGER event_note_kept BEFORE UPDATE ON event_note FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER event_note_whole BEFORE TRUNCATE ON event_note "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Bring what the notes say back into the events. Heads of the case log over those rows no longer verify then."""
    op.drop_constraint(op.f("ck_event_actor"), "event")
    op.execute("ALTER TABLE event DISABLE TRIGGER event_kept")
    op.execute("UPDATE event SET data = event.data || note.data FROM event_note AS note WHERE note.event_id = event.id")
    op.execute("UPDATE event SET actor_id = '00000000-0000-0000-0000-000000000000' WHERE actor_id IS NULL")
    op.execute("ALTER TABLE event ENABLE TRIGGER event_kept")
    op.drop_table("event_note")
    op.alter_column("event", "actor_id", nullable=False)
    op.drop_column("event", "note_sha256")
    op.drop_column("event", "actor_kind")
    op.drop_column("event", "format")
