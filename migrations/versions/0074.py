"""Keep the conditions of a grant as rows, with a day, proof and the decision that finds each met.

Expands: `decision.conditions` keeps the texts, which code of the release before reads, and new grants are written to both.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import online

revision = "0074"
down_revision = "0073"
serves = "0060"  # an older process is refused where it grants with conditions

KINDS = (
    "critical_finding", "reported_change", "change_decision", "special_audit", "suspension_hearing",
    "application_review", "report", "decision", "surveillance", "suspension",
)  # fmt: skip
OLD_KINDS = (*KINDS, "renewal", "link_report")
NEW_KINDS = (*KINDS, "condition", "condition_proof", "renewal", "link_report")
HAPPENED = ("issued", "suspended", "lifted", "withdrawn", "ended", "replaced")
AND_MORE = ("resealed", "expired", "case-log")

# The conditions of a grant from which no certificate lives any more have lapsed. Where no certificate was numbered yet,
# they are due when one would end: no scheme that was published named another term than three months.
COPY = """
INSERT INTO condition (id, decision_id, audit_id, agency_id, position, text, due_on, owner, state, version)
SELECT gen_random_uuid(), d.id, d.audit_id, d.agency_id, named.place, named.text,
       coalesce(c.valid_until, (d.effective_on + interval '3 months' - interval '1 day')::date), 'agency',
       CASE WHEN c.id IS NULL OR EXISTS (
         SELECT FROM certificate x JOIN decision y ON y.id = x.decision_id
         WHERE y.audit_id = d.audit_id AND x.agency_id = d.agency_id AND x.state IN ('issuing', 'active', 'suspended')
       ) THEN 'open' ELSE 'lapsed' END, 1
FROM decision d
  CROSS JOIN LATERAL jsonb_array_elements_text(d.conditions) WITH ORDINALITY named(text, place)
  LEFT JOIN certificate c ON c.decision_id = d.id
WHERE d.outcome = 'grant_with_conditions'
ON CONFLICT DO NOTHING
"""
TERMS = """
INSERT INTO deadline (id, kind, subject_id, agency_id, due_on, owner_role, opened_at)
SELECT gen_random_uuid(), 'condition', c.id, c.agency_id, c.due_on, 'agency_owner', now() FROM condition c
WHERE c.state = 'open' AND NOT EXISTS (SELECT FROM deadline WHERE kind = 'condition' AND subject_id = c.id)
"""
SHOW = """
UPDATE register_entry SET updated_at = now(), condition_terms = (
  SELECT jsonb_agg(jsonb_build_object('text', n.text, 'due_on', n.due_on, 'met_on', NULL) ORDER BY n.position)
  FROM condition n JOIN decision d ON d.audit_id = n.audit_id JOIN certificate c ON c.decision_id = d.id
  WHERE c.id = register_entry.certificate_id)
WHERE register_entry.conditional AND register_entry.condition_terms = '[]' AND EXISTS (
  SELECT FROM condition n JOIN decision d ON d.audit_id = n.audit_id JOIN certificate c ON c.decision_id = d.id
  WHERE c.id = register_entry.certificate_id) AND {batch}
"""


def upgrade() -> None:
    _one_of("deadline", "kind", NEW_KINDS)
    _one_of("ledger_entry", "type", (*HAPPENED, "condition-met", *AND_MORE))
    terms = sa.Column("condition_terms", JSONB(), server_default="[]", nullable=False)
    op.add_column("register_entry", terms, if_not_exists=True)
    _condition()
    _proof()
    online.commit()
    for statement in (COPY, TERMS):
        op.execute(statement)
    online.fill("register_entry", SHOW)


def downgrade() -> None:
    """Go back. The texts stay with their grants; days, proof, and which of them were met are lost."""
    for name in ("decision_conditions ON decision", "condition_imposed ON condition"):
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
    op.drop_column("register_entry", "condition_terms")
    for table in ("condition_file", "condition_proof", "condition"):
        op.drop_table(table)
    op.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
    op.execute("UPDATE ledger_entry SET type = 'resealed' WHERE type = 'condition-met'")
    op.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    op.execute("DELETE FROM deadline WHERE kind IN ('condition', 'condition_proof')")
    _one_of("ledger_entry", "type", (*HAPPENED, *AND_MORE))
    _one_of("deadline", "kind", OLD_KINDS)


def _condition() -> None:
    op.create_table(
        "condition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("met_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("owner IN ('agency', 'office')", name=op.f("ck_condition_owner")),
        sa.CheckConstraint("state IN ('open', 'submitted', 'met', 'lapsed')", name=op.f("ck_condition_state")),
        sa.CheckConstraint("(state = 'met') = (met_by IS NOT NULL)", name=op.f("ck_condition_met")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_condition_{column}"))
            for column, table in (
                ("decision_id", "decision"),
                ("audit_id", "audit"),
                ("agency_id", "agency"),
                ("met_by", "decision"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
        sa.UniqueConstraint("decision_id", "position", name="uq_condition_position"),
        sa.UniqueConstraint("id", "agency_id", name="uq_condition_agency"),
        sa.UniqueConstraint("met_by", name=op.f("uq_condition_met_by")),
        if_not_exists=True,
    )
    for column in ("audit_id", "agency_id"):
        op.create_index(f"ix_condition_{column}", "condition", [column], if_not_exists=True)


def _proof() -> None:
    op.create_table(
        "condition_proof",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("condition_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nulls(answered_by, answered_at) IN (0, 2)", name=op.f("ck_condition_proof_answered_whole")
        ),
        sa.ForeignKeyConstraint(
            ["condition_id", "agency_id"], ["condition.id", "condition.agency_id"], name="fk_condition_proof_agency"
        ),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_condition_proof_{column}"))
            for column in ("submitted_by", "answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_proof")),
        sa.UniqueConstraint("id", "agency_id", name="uq_condition_proof_agency"),
        if_not_exists=True,
    )
    op.create_index("ix_condition_proof_condition_id", "condition_proof", ["condition_id"], if_not_exists=True)
    op.create_table(
        "condition_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["proof_id", "agency_id"],
            ["condition_proof.id", "condition_proof.agency_id"],
            name="fk_condition_file_agency",
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_condition_file_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_file")),
        if_not_exists=True,
    )
    for column in ("proof_id", "sha256"):
        op.create_index(f"ix_condition_file_{column}", "condition_file", [column], if_not_exists=True)


def _one_of(table: str, column: str, values: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    online.constrain(table, f"ck_{table}_{column}", f"CHECK ({column} IN ({listed}))")
