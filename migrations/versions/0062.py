"""Close an audit of a holder whose certificate is gone, as a kind of decision."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0062"
down_revision = "0061"
serves = "0055"  # this one only adds

KINDS = (
    *("grant", "grant_with_conditions", "refuse", "renew", "maintain", "extend_scope", "reduce_scope", "amend"),
    *("suspend", "lift", "withdraw", "end", "condition_met", "appeal_outcome"),
)
AFTER_AUDIT = ("grant", "grant_with_conditions", "refuse", "renew")
CLOSE = "close"


def upgrade() -> None:
    _name((*KINDS, CLOSE), (CLOSE, *AFTER_AUDIT))


def downgrade() -> None:
    """Go back. What was closed so reads as kept: the audit stays concluded."""
    op.execute("ALTER TABLE decision DISABLE TRIGGER USER")
    op.execute("UPDATE decision SET outcome = 'appeal_outcome' WHERE outcome = 'close'")
    op.execute("ALTER TABLE decision ENABLE TRIGGER USER")
    _name(KINDS, AFTER_AUDIT)


def _name(kinds: tuple[str, ...], after_audit: tuple[str, ...]) -> None:
    """Say which kinds there are, and which of them conclude an audit."""
    for table, column in (("decision", "outcome"), ("decision_proposal", "kind")):
        online.constrain(table, f"ck_{table}_{column}", f"CHECK ({column} IN ({_listed(kinds)}))")
    concluding = _listed(after_audit)
    without = f"CHECK (audit_id IS NOT NULL OR outcome NOT IN ({concluding}))"
    online.constrain("decision", "ck_decision_audit", without)
    op.drop_index("uq_decision_audit_id", "decision", if_exists=True)
    only = sa.text(f"outcome IN ({concluding})")
    op.create_index("uq_decision_audit_id", "decision", ["audit_id"], unique=True, postgresql_where=only)


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)
