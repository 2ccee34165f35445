"""Keep findings of earlier reports, and change a grade by two people.

Findings that a reopened audit had before were deleted by older code and do not come back.
"""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0025"
down_revision = "0023"
serves = "0025"  # older code deletes the findings of a reopened audit, and counts superseded ones

WALLS = {
    "audit_answered": "audit",
    "finding_grade": "finding",
    "finding_as_found": "finding",
    "verdict_reason": "verdict",
}
STATES = "('open', 'answered', 'closed')"
MORE = "('open', 'answered', 'closed', 'superseded')"


def upgrade() -> None:
    op.add_column("finding", sa.Column("grade_found", sa.String(), nullable=True), if_not_exists=True)
    op.add_column("finding", sa.Column("supersedes_id", sa.Uuid(), nullable=True), if_not_exists=True)
    online.commit()
    grade = "UPDATE finding SET grade_found = grade WHERE grade_found IS NULL AND {batch}"
    online.fill("finding", grade, kept=True)
    online.require("finding", "grade_found")
    online.constrain("finding", "fk_finding_supersedes_id", "FOREIGN KEY (supersedes_id) REFERENCES finding (id)")
    online.constrain("finding", "ck_finding_state", f"CHECK (state IN {MORE})")
    op.create_table(
        "grade_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("grade_before", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id", "agency_id"], ["finding.id", "finding.agency_id"], name="fk_grade_change_agency"
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_grade_change_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_grade_change_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_change")),
    )
    op.create_index("ix_grade_change_finding_id", "grade_change", ["finding_id"])
    still_open = sa.text("answered_at IS NULL")
    op.create_index("uq_grade_change_open", "grade_change", ["finding_id"], unique=True, postgresql_where=still_open)


def downgrade() -> None:
    """Go back. Grades that were changed stay so; superseded findings go, because older code would count them."""
    for name, table in WALLS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    op.drop_table("grade_change")
    for table in ("corrective_action", "evidence"):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    gone = "(SELECT id FROM finding WHERE state = 'superseded')"
    op.execute(f"UPDATE evidence SET removed_at = coalesce(removed_at, now()) WHERE finding_id IN {gone}")
    op.execute(f"DELETE FROM corrective_action WHERE finding_id IN {gone}")
    op.execute("ALTER TABLE finding DISABLE TRIGGER USER")
    op.execute("UPDATE finding SET supersedes_id = NULL")
    op.execute("DELETE FROM finding WHERE state = 'superseded'")
    for table in ("finding", "corrective_action", "evidence"):
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    op.drop_constraint("ck_finding_state", "finding")
    op.create_check_constraint(op.f("ck_finding_state"), "finding", f"state IN {STATES}")
    op.drop_constraint("fk_finding_supersedes_id", "finding")
    op.drop_column("finding", "supersedes_id")
    op.drop_column("finding", "grade_found")
