"""Keep why a file of a reported change or a condition is no false alarm, and who audits may ask for files too."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0122"
down_revision = "0121"
serves = "0091"  # this one only adds

TABLES = ("agency_change_file", "condition_file")
ONCE = "uq_file_plea_agency_id_sha256_audit_id"


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("overruled", sa.Text(), nullable=True), if_not_exists=True)
    op.add_column("file_plea", sa.Column("audit_id", sa.Uuid(), nullable=True), if_not_exists=True)
    online.commit()
    online.constrain(
        "file_plea", "fk_file_plea_audit", "FOREIGN KEY (audit_id, agency_id) REFERENCES audit (id, agency_id)"
    )
    op.execute(f"ALTER TABLE file_plea DROP CONSTRAINT IF EXISTS {ONCE}")
    op.execute(f"ALTER TABLE file_plea ADD CONSTRAINT {ONCE} UNIQUE NULLS NOT DISTINCT (agency_id, sha256, audit_id)")
    op.execute("ALTER TABLE file_plea DROP CONSTRAINT IF EXISTS uq_file_plea_agency_id_sha256")


def downgrade() -> None:
    """Go back. What those who audit asked is lost; the reason stays beside each file that was taken."""
    op.execute("DROP POLICY IF EXISTS file_plea_select ON file_plea")
    op.execute("DROP POLICY IF EXISTS file_plea_insert ON file_plea")
    op.execute("ALTER TABLE file_plea DISABLE TRIGGER USER")
    op.execute("DELETE FROM file_plea WHERE audit_id IS NOT NULL")
    op.execute("ALTER TABLE file_plea ENABLE TRIGGER USER")
    op.execute("DROP TRIGGER IF EXISTS file_plea_kept ON file_plea")
    op.drop_column("file_plea", "audit_id")
    op.create_unique_constraint("uq_file_plea_agency_id_sha256", "file_plea", ["agency_id", "sha256"])
    for table in TABLES:
        op.drop_column(table, "overruled")
