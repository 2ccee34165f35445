"""Decisions of every kind, with their grounds and the basis that they rest on; a certificate may be given up.

The column `outcome` of a decision now holds its kind.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
serves = "0019"  # older code suspends and withdraws without a decision, which a trigger refuses

OUTCOMES = ("grant", "grant_with_conditions", "refuse")
AFTER_AUDIT = ("grant", "grant_with_conditions", "refuse", "renew")
ON_CERTIFICATE = (
    "amend", "condition_met", "end", "extend_scope", "lift", "maintain", "reduce_scope", "suspend", "withdraw",
)  # fmt: skip
KINDS = (
    "grant", "grant_with_conditions", "refuse", "renew", "maintain", "extend_scope", "reduce_scope", "amend", "suspend",
    "lift", "withdraw", "end", "condition_met", "appeal_outcome",
)  # fmt: skip
STATES = ("issuing", "active", "suspended", "withdrawn", "replaced")
NEW_STATES = ("issuing", "active", "suspended", "withdrawn", "ended", "replaced")
TYPES = ("issued", "suspended", "lifted", "withdrawn", "replaced", "resealed", "expired", "case-log")
NEW_TYPES = ("issued", "suspended", "lifted", "withdrawn", "ended", "replaced", "resealed", "expired", "case-log")
HAVE_STATE = ("certificate", "certificate_change", "register_entry")


def upgrade() -> None:
    _one_of("decision", "outcome", KINDS)
    _one_of("ledger_entry", "type", NEW_TYPES)
    for table in HAVE_STATE:
        _one_of(table, "state", NEW_STATES)
    op.create_unique_constraint("uq_certificate_agency", "certificate", ["id", "agency_id"])
    _decision()
    op.create_table(
        "decision_ground",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_decision_ground_decision_id"),
        sa.PrimaryKeyConstraint("decision_id", "code", name="pk_decision_ground"),
    )
    op.create_table(
        "decision_basis",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_decision_basis_decision_id"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision_basis"),
    )
    op.add_column("certificate_change", sa.Column("grounds", JSONB(), server_default="[]", nullable=False))
    for column, table in (("decision_id", "decision"), ("actor_id", "person")):
        op.add_column("certificate_change", sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(f"fk_certificate_change_{column}", "certificate_change", table, [column], ["id"])


def _decision() -> None:
    op.alter_column("decision", "audit_id", nullable=True)
    op.drop_constraint("uq_decision_audit_id", "decision")
    concluding = f"outcome IN ({_listed(AFTER_AUDIT)})"
    op.create_index("uq_decision_audit_id", "decision", ["audit_id"], unique=True, postgresql_where=sa.text(concluding))
    for name, kind in (("certificate_id", sa.Uuid()), ("effective_on", sa.Date()), ("reviews_decision_id", sa.Uuid())):
        op.add_column("decision", sa.Column(name, kind, nullable=True))
    op.execute("ALTER TABLE decision ADD COLUMN txid xid8")
    op.execute("ALTER TABLE decision ALTER COLUMN txid SET DEFAULT pg_current_xact_id()")
    # A decision is never changed; these are from before it could take effect on another day.
    op.execute("ALTER TABLE decision DISABLE TRIGGER USER")
    op.execute("UPDATE decision SET effective_on = (decided_at AT TIME ZONE 'Europe/Amsterdam')::date")
    op.execute("ALTER TABLE decision ENABLE TRIGGER USER")
    op.alter_column("decision", "effective_on", nullable=False)
    op.create_check_constraint(
        op.f("ck_decision_audit"), "decision", f"audit_id IS NOT NULL OR outcome NOT IN ({_listed(AFTER_AUDIT)})"
    )
    op.create_check_constraint(
        op.f("ck_decision_certificate"),
        "decision",
        f"certificate_id IS NOT NULL OR outcome NOT IN ({_listed(ON_CERTIFICATE)})",
    )
    pair = ["certificate_id", "agency_id"]
    op.create_foreign_key("fk_decision_certificate", "decision", "certificate", pair, ["id", "agency_id"])
    op.create_foreign_key("fk_decision_reviews_decision_id", "decision", "decision", ["reviews_decision_id"], ["id"])
    op.create_index("ix_decision_certificate_id", "decision", ["certificate_id"])


def downgrade() -> None:
    """Go back. What the old tables cannot hold is lost: decisions on certificates, and that a holder gave one up."""
    for table in ("decision", "decision_ground", "decision_basis", "certificate", "certificate_change", "ledger_entry"):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for column in ("actor_id", "decision_id", "grounds"):
        op.drop_column("certificate_change", column)
    op.drop_table("decision_basis")
    op.drop_table("decision_ground")
    op.drop_constraint("fk_decision_reviews_decision_id", "decision")
    op.execute(f"DELETE FROM decision WHERE outcome NOT IN ({_listed(OUTCOMES)})")
    for table in HAVE_STATE:
        op.execute(f"UPDATE {table} SET state = 'withdrawn' WHERE state = 'ended'")
        _one_of(table, "state", STATES)
    op.execute("UPDATE ledger_entry SET type = 'withdrawn' WHERE type = 'ended'")
    for table in ("decision", "certificate", "certificate_change", "ledger_entry"):
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    _one_of("ledger_entry", "type", TYPES)
    _one_of("decision", "outcome", OUTCOMES)
    for name in ("ck_decision_audit", "ck_decision_certificate", "fk_decision_certificate"):
        op.execute(f"ALTER TABLE decision DROP CONSTRAINT {name}")
    op.execute("DROP TRIGGER IF EXISTS certificate_change_decided ON certificate_change")
    op.execute("DROP TRIGGER IF EXISTS decision_trace ON decision")
    for column in ("reviews_decision_id", "effective_on", "certificate_id", "txid"):
        op.drop_column("decision", column)
    op.drop_index("uq_decision_audit_id", "decision")
    op.create_unique_constraint("uq_decision_audit_id", "decision", ["audit_id"])
    op.alter_column("decision", "audit_id", nullable=False)
    op.drop_constraint("uq_certificate_agency", "certificate")


def _one_of(table: str, column: str, values: tuple[str, ...]) -> None:
    """Make the list of allowed values anew, without a lock while the rows are read."""
    name = f"ck_{table}_{column}"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({_listed(values)})) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
