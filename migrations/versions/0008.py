"""Events in format 2, corrective actions in rounds, and files that know their finding.

Events from before stay as they are, in format 1. A process of the release before this one writes format 1 as well, and
neither rounds nor the finding of a file; the services make up for a round that is missing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import online

revision = "0008"
down_revision = "0007"

ACTOR = """
CASE WHEN format = 1 THEN actor_kind IS NULL AND actor_id IS NOT NULL
ELSE actor_kind IS NOT NULL AND actor_kind IN ('person', 'system', 'anonymous')
AND (actor_kind = 'person') = (actor_id IS NOT NULL) END
"""

SAID = "finding_id, round, cause, extent, solution, effectiveness, submitted_by, submitted_at"

# What is known of the answers so far is the newest one of each finding.
ROUNDS = """
INSERT INTO corrective_action (finding_id, round, cause, extent, solution, effectiveness, submitted_by, submitted_at,
                               outcome, verified_by, verified_at, note)
SELECT id, 1, cause, extent, solution, operation, answered_by, answered_at,
       CASE state WHEN 'closed' THEN 'accepted' WHEN 'open' THEN 'returned' END,
       CASE WHEN state <> 'answered' THEN verified_by END,
       CASE WHEN state <> 'answered' THEN verified_at END,
       CASE WHEN state <> 'answered' THEN verification_note ELSE '' END
FROM finding WHERE answered_at IS NOT NULL
"""

# So far the pages took every file of the requirement that came after the report for one of the corrective action.
FILES = """
UPDATE evidence SET finding_id = finding.id
FROM finding JOIN audit ON audit.id = finding.audit_id
WHERE audit.application_id = evidence.application_id AND finding.requirement_code = evidence.requirement_code
  AND evidence.uploaded_at >= audit.reported_at AND {batch}
"""

KEPT = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
WHOLE = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
TRIGGERS = (
    # A note can be forgotten one by one, and never says anything else than it did.
    f"CREATE TRIGGER event_note_kept BEFORE UPDATE ON event_note {KEPT}",
    f"CREATE TRIGGER event_note_whole BEFORE TRUNCATE ON event_note {WHOLE}",
    f"CREATE TRIGGER corrective_action_kept BEFORE DELETE OR UPDATE OF {SAID} ON corrective_action {KEPT}",
    f"CREATE TRIGGER corrective_action_whole BEFORE TRUNCATE ON corrective_action {WHOLE}",
)


def upgrade() -> None:
    for table, column in (
        ("event", sa.Column("format", sa.Integer(), server_default="1", nullable=False)),
        ("event", sa.Column("actor_kind", sa.String(length=40), nullable=True)),
        ("event", sa.Column("note_sha256", sa.String(), nullable=True)),
        ("evidence", sa.Column("finding_id", sa.Uuid(), nullable=True)),
    ):
        op.add_column(table, column, if_not_exists=True)
    op.alter_column("event", "actor_id", nullable=True)
    online.constrain("event", "ck_event_actor", f"CHECK ({ACTOR})")
    online.fill("evidence", FILES)
    op.create_table(
        "event_note",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_note_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_note")),
    )
    op.create_table(
        "corrective_action",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("extent", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("effectiveness", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('replaced', 'returned', 'accepted')", name=op.f("ck_corrective_action_outcome")
        ),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_corrective_action_finding_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"], name=op.f("fk_corrective_action_submitted_by")),
        sa.ForeignKeyConstraint(["verified_by"], ["person.id"], name=op.f("fk_corrective_action_verified_by")),
        sa.PrimaryKeyConstraint("finding_id", "round", name=op.f("pk_corrective_action")),
    )
    op.execute(ROUNDS)
    for trigger in TRIGGERS:
        op.execute(trigger)
    op.create_index(op.f("ix_evidence_finding_id"), "evidence", ["finding_id"])


def downgrade() -> None:
    """Bring what the notes say back into the events. Heads of the case log over those rows no longer verify then."""
    op.drop_index(op.f("ix_evidence_finding_id"), "evidence")
    op.drop_column("evidence", "finding_id")
    op.drop_table("corrective_action")
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
