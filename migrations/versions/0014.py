"""Child tables of a case get the agency of the case, so that policies need not look up the case for each row.

Also a key that only the owner reads; the database signs the actor of a transaction with it.
"""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0014"
down_revision = "0013"
serves = "0014"  # older code sets no actor, and the policies would show it nothing

# In this order, because the first of a pair takes its agency from the second.
PARENTS = {"answer": "application", "evidence": "application", "finding": "audit", "corrective_action": "finding"}
# From two random ids, which need no extension.
KEY = "decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')"


def upgrade() -> None:
    op.execute("CREATE INDEX IF NOT EXISTS ix_application_first_draft ON application (id) WHERE submitted_at IS NULL")
    for parent in ("application", "audit"):
        online.unique(parent, f"uq_{parent}_agency", ("id", "agency_id"))
    for table, parent in PARENTS.items():
        op.add_column(table, sa.Column("agency_id", sa.Uuid(), nullable=True), if_not_exists=True)
        online.commit()
        update = f"UPDATE {table} SET agency_id = p.agency_id FROM {parent} p WHERE p.id = {table}.{parent}_id"
        online.fill(table, f"{update} AND {table}.agency_id IS NULL AND {{batch}}")
        online.require(table, "agency_id")
        if table == "finding":
            online.unique(table, "uq_finding_agency", ("id", "agency_id"))
        pair = f"FOREIGN KEY ({parent}_id, agency_id) REFERENCES {parent} (id, agency_id)"
        online.constrain(table, f"fk_{table}_agency", pair)
    op.execute("CREATE SCHEMA secret")
    op.execute("CREATE TABLE secret.actor (key bytea NOT NULL)")
    op.execute(f"INSERT INTO secret.actor VALUES ({KEY})")


def downgrade() -> None:
    op.execute("DROP SCHEMA secret CASCADE")
    for table in reversed(PARENTS):
        for kind in ("select", "insert", "update", "delete"):
            op.execute(f"DROP POLICY IF EXISTS {table}_{kind} ON {table}")
        op.execute(f"DROP TRIGGER IF EXISTS {table}_agency ON {table}")
        op.drop_constraint(f"fk_{table}_agency", table)
        if table == "finding":
            op.drop_constraint("uq_finding_agency", table)
        op.drop_column(table, "agency_id")
    for parent in ("application", "audit"):
        op.drop_constraint(f"uq_{parent}_agency", parent)
    op.drop_index("ix_application_first_draft", "application")
