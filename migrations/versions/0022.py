"""Deadlines; who refuses a holder decides what becomes of the certificate too."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
serves = "0022"  # older code refuses a holder and says nothing of the certificate, which a trigger refuses

CRITICAL = """
INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at)
SELECT gen_random_uuid(), 'critical_finding', a.id, a.agency_id,
       (a.reported_at AT TIME ZONE 'Europe/Amsterdam')::date, 'decider', now()
FROM audit a JOIN scheme_version v ON v.id = a.scheme_version_id
WHERE a.reported_at IS NOT NULL AND NOT EXISTS (SELECT FROM decision d WHERE d.audit_id = a.id)
  AND EXISTS (SELECT FROM finding f WHERE f.audit_id = a.id AND f.grade = ANY (v.failing_grades))
  AND EXISTS (SELECT FROM certificate c WHERE c.agency_id = a.agency_id AND c.state IN ('active', 'suspended')
                AND c.valid_until >= current_date)
"""


def upgrade() -> None:
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_role", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('critical_finding')", name=op.f("ck_deadline_kind")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_deadline_agency_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_deadline_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_agency_id", "deadline", ["agency_id"])
    still_open = sa.text("done_at IS NULL")
    op.create_index("uq_deadline_open", "deadline", ["kind", "subject_id"], unique=True, postgresql_where=still_open)
    op.execute(CRITICAL)  # those that wait already; their term is over


def downgrade() -> None:
    for name, table in (("decision_holder", "decision"), ("finding_urgent", "finding")):
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    op.drop_table("deadline")
