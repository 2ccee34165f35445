"""Let a clock remind and escalate: its steps about deadlines, and a deadline for each finding to repair."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0082"
down_revision = "0081"
serves = "0075"  # this one only adds

TASKS = (
    "'critical_finding', 'reported_change', 'change_decision', 'special_audit', 'suspension_hearing',"
    " 'application_review', 'report', 'decision', 'surveillance', 'suspension', 'condition', 'condition_proof',"
    " 'renewal', 'link_report'"
)
OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    op.execute("ALTER TABLE deadline ADD COLUMN IF NOT EXISTS next_on date DEFAULT '0001-01-01'")
    op.execute("""
        CREATE TABLE IF NOT EXISTS deadline_step (
          deadline_id uuid NOT NULL CONSTRAINT fk_deadline_step_deadline_id REFERENCES deadline,
          kind varchar(40) NOT NULL CONSTRAINT ck_deadline_step_kind CHECK (kind IN ('begin', 'remind', 'escalate')),
          planned_on date NOT NULL,
          made_at timestamptz NOT NULL,
          CONSTRAINT pk_deadline_step PRIMARY KEY (deadline_id, kind, planned_on))
    """)
    op.create_index(
        "ix_deadline_next", "deadline", ["next_on", "due_on", "id"], postgresql_where=OPEN, if_not_exists=True
    )
    op.create_index("ix_deadline_due", "deadline", ["due_on", "id"], postgresql_where=OPEN, if_not_exists=True)
    online.constrain("deadline", "ck_deadline_kind", f"CHECK (kind IN ({TASKS}, 'corrective_action'))")
    op.execute("""
        INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at)
        SELECT gen_random_uuid(), 'corrective_action', f.id, f.agency_id, f.due_on, 'agency_owner',
               coalesce(a.reported_at, now())
        FROM finding f JOIN audit a ON a.id = f.audit_id
        WHERE f.state IN ('open', 'plan_accepted') AND f.due_on IS NOT NULL AND NOT EXISTS (
          SELECT FROM deadline d WHERE d.kind = 'corrective_action' AND d.subject_id = f.id AND d.done_at IS NULL)
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS finding_term ON finding")
    op.execute("DROP FUNCTION IF EXISTS keep_repair_term()")
    op.drop_table("deadline_step")
    op.execute("DELETE FROM deadline WHERE kind = 'corrective_action'")
    online.constrain("deadline", "ck_deadline_kind", f"CHECK (kind IN ({TASKS}))")
    op.drop_index("ix_deadline_due", "deadline")
    op.drop_index("ix_deadline_next", "deadline")
    op.execute("DROP TRIGGER IF EXISTS deadline_lawful ON deadline")
    op.drop_column("deadline", "next_on")
