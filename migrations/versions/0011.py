"""Answers, files and findings carry the agency of their case, so that policies need not look at the case for each row."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
serves = "0008"  # a trigger fills the column for code that does not know it

PARENTS = {"answer": "application", "evidence": "application", "finding": "audit"}


def upgrade() -> None:
    for parent in ("application", "audit"):
        op.create_unique_constraint(f"uq_{parent}_agency", parent, ["id", "agency_id"])
    op.create_index("ix_application_first_draft", "application", ["id"], postgresql_where="submitted_at IS NULL")
    for table, parent in PARENTS.items():
        op.add_column(table, sa.Column("agency_id", sa.Uuid(), nullable=True))
        op.execute(f"UPDATE {table} SET agency_id = p.agency_id FROM {parent} p WHERE p.id = {table}.{parent}_id")
        op.alter_column(table, "agency_id", nullable=False)
        op.create_foreign_key(f"fk_{table}_agency", table, parent, [f"{parent}_id", "agency_id"], ["id", "agency_id"])


def downgrade() -> None:
    for table in PARENTS:
        for kind in ("select", "insert", "update", "delete"):
            op.execute(f"DROP POLICY IF EXISTS {table}_{kind} ON {table}")
        op.execute(f"DROP TRIGGER IF EXISTS {table}_agency ON {table}")
        op.drop_constraint(f"fk_{table}_agency", table)
        op.drop_column(table, "agency_id")
    op.drop_index("ix_application_first_draft", "application")
    for parent in ("application", "audit"):
        op.drop_constraint(f"uq_{parent}_agency", parent)
