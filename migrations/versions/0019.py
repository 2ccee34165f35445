"""Decisions of every kind, with their grounds and the basis that they rest on; a certificate may be given up.

The column `outcome` of a decision now holds its kind.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import online

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
# A decision is never changed; these are from before it could take effect on another day.
EFFECTIVE = """
UPDATE decision SET effective_on = (decided_at AT TIME ZONE 'Europe/Amsterdam')::date
WHERE effective_on IS NULL AND {batch}
"""


def upgrade() -> None:
    _prepare()
    op.alter_column("decision", "audit_id", nullable=True)
    op.drop_constraint("uq_decision_audit_id", "decision")
    concluding = f"outcome IN ({_listed(AFTER_AUDIT)})"
    op.create_index("uq_decision_audit_id", "decision", ["audit_id"], unique=True, postgresql_where=sa.text(concluding))
    op.create_index("ix_decision_certificate_id", "decision", ["certificate_id"])
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


def _prepare() -> None:
    """Do what reads or writes many rows, which can be done twice."""
    for name, kind in (("certificate_id", sa.Uuid()), ("effective_on", sa.Date()), ("reviews_decision_id", sa.Uuid())):
        op.add_column("decision", sa.Column(name, kind, nullable=True), if_not_exists=True)
    op.execute("ALTER TABLE decision ADD COLUMN IF NOT EXISTS txid xid8")
    op.execute("ALTER TABLE decision ALTER COLUMN txid SET DEFAULT pg_current_xact_id()")
    online.commit()
    online.fill("decision", EFFECTIVE, kept=True)
    online.require("decision", "effective_on")
    online.unique("certificate", "uq_certificate_agency", ("id", "agency_id"))
    one_of = {("decision", "outcome"): KINDS, ("ledger_entry", "type"): NEW_TYPES}
    for (table, column), values in (
        one_of | dict.fromkeys(((each, "state") for each in HAVE_STATE), NEW_STATES)
    ).items():
        online.constrain(table, f"ck_{table}_{column}", f"CHECK ({column} IN ({_listed(values)}))")
    for name, definition in (
        ("ck_decision_audit", f"CHECK (audit_id IS NOT NULL OR outcome NOT IN ({_listed(AFTER_AUDIT)}))"),
        (
            "ck_decision_certificate",
            f"CHECK (certificate_id IS NOT NULL OR outcome NOT IN ({_listed(ON_CERTIFICATE)}))",
        ),
        ("fk_decision_certificate", "FOREIGN KEY (certificate_id, agency_id) REFERENCES certificate (id, agency_id)"),
        ("fk_decision_reviews_decision_id", "FOREIGN KEY (reviews_decision_id) REFERENCES decision (id)"),
    ):
        online.constrain("decision", name, definition)


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
    """Make the list of allowed values anew."""
    name = f"ck_{table}_{column}"
    op.drop_constraint(name, table)
    op.create_check_constraint(op.f(name), table, f"{column} IN ({_listed(values)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
