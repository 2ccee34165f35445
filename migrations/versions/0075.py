"""Suspend a certificate in part: the scope that is excepted, and a state of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import online

revision = "0075"
down_revision = "0074"
serves = "0074"  # older code does not know a certificate that is suspended in part

STATES = ("issuing", "active", "suspended", "withdrawn", "ended", "replaced")
NEW_STATES = ("issuing", "active", "partly_suspended", "suspended", "withdrawn", "ended", "replaced")
HAVE_STATE = ("certificate", "certificate_change", "register_entry")
LIVING = "state IN ('active', {}'suspended')"


def upgrade() -> None:
    for table in HAVE_STATE:
        _one_of(table, NEW_STATES)
    op.add_column("decision", sa.Column("excepted", JSONB(), nullable=True), if_not_exists=True)
    online.constrain(
        "decision", "ck_decision_excepted", "CHECK (excepted IS NULL OR (outcome = 'suspend' AND NOT provisional))"
    )
    for table in ("certificate_change", "register_entry"):
        column = sa.Column("excepted", JSONB(), server_default="{}", nullable=False)
        op.add_column(table, column, if_not_exists=True)
    _living("'partly_suspended', ")


def downgrade() -> None:
    """Go back. What was suspended in part is suspended as a whole, because it may not be more than it was."""
    for table in HAVE_STATE:
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute(f"UPDATE {table} SET state = 'suspended' WHERE state = 'partly_suspended'")
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    op.execute("DROP TRIGGER IF EXISTS decision_excepts ON decision")
    for table in ("register_entry", "certificate_change"):
        op.drop_column(table, "excepted")
    op.drop_constraint("ck_decision_excepted", "decision")
    op.drop_column("decision", "excepted")
    _living("")
    for table in HAVE_STATE:
        _one_of(table, STATES)


def _one_of(table: str, states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    online.constrain(table, f"ck_{table}_state", f"CHECK (state IN ({listed}))")


def _living(more: str) -> None:
    op.execute("DROP INDEX IF EXISTS uq_certificate_living")
    living = sa.text(LIVING.format(more))
    op.create_index("uq_certificate_living", "certificate", ["agency_id"], unique=True, postgresql_where=living)
