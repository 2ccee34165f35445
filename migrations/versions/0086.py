"""Add what a draw rests on: the fixed list with its promised secret, the value mixed in, and members that can be erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import online

revision = "0086"
down_revision = "0085"
serves = "0086"  # older code looks for the members in the population itself, and draws without a promise

MOMENT = sa.DateTime(timezone=True)
HAPPENED = (
    "issued",
    "suspended",
    "lifted",
    "withdrawn",
    "ended",
    "replaced",
    "condition-met",
    "appeal-decided",
    "resealed",
    "expired",
)
KEYS = (
    sa.Column("audit_id", sa.Uuid(), nullable=False),
    sa.Column("unit", sa.String(), nullable=False),
)
MOVED = """
INSERT INTO population_list (audit_id, unit, members)
SELECT audit_id, unit, members FROM population WHERE {batch}
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    _ledger_types((*HAPPENED, "case-log", "draw"))
    _table(
        "fixed_list",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("draw_from", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("declared", sa.Integer(), nullable=True),
        sa.Column("difference", sa.Text(), server_default="", nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("fixed_at", MOMENT, nullable=False),
        sa.Column("fixed_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("draw_from IN ('value', 'checkpoint')", name=op.f("ck_fixed_list_draw_from")),
        sa.ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_fixed_list_agency"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_fixed_list_agency_id")),
        sa.ForeignKeyConstraint(["fixed_by"], ["person.id"], name=op.f("fk_fixed_list_fixed_by")),
    )
    op.create_index(op.f("ix_fixed_list_agency_id"), "fixed_list", ["agency_id"], if_not_exists=True)
    _table("draw_secret", sa.Column("secret", sa.String(), nullable=False), _of_audit("draw_secret"))
    _table(
        "draw_value",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_draw_value_given_by")),
        _of_audit("draw_value"),
    )
    _table(
        "population_list",
        sa.Column("members", JSONB(), nullable=False),
        sa.Column("strata", JSONB(), server_default="{}", nullable=False),
        _of_audit("population_list"),
    )
    online.commit()
    for batch in online.batches("population"):
        op.execute(MOVED.format(batch=batch))
        online.commit()
    online.fill("population", "UPDATE population SET members = '[]' WHERE members <> '[]' AND {batch}", kept=True)


def downgrade() -> None:
    """Go back. Members that were not erased return to their population; promises and values are lost."""
    back = "UPDATE population SET members = l.members FROM population_list l"
    back += " WHERE (l.audit_id, l.unit) = (population.audit_id, population.unit) AND {batch}"
    online.fill("population", back, kept=True)
    op.execute("DROP TRIGGER IF EXISTS population_promised ON population")
    for table in ("population_list", "draw_value", "draw_secret", "fixed_list"):
        op.execute(f"DROP TABLE IF EXISTS {table} CASCADE")
    op.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
    op.execute("DELETE FROM ledger_entry WHERE type = 'draw'")
    op.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    _ledger_types((*HAPPENED, "case-log"))


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    columns = [sa.Column(each.name, each.type, nullable=False) for each in KEYS]
    key = sa.PrimaryKeyConstraint("audit_id", "unit", name=op.f(f"pk_{name}"))
    op.create_table(name, *columns, *parts, key, if_not_exists=True)


def _of_audit(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f(f"fk_{table}_audit_id"))


def _ledger_types(types: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{each}'" for each in types)
    online.constrain("ledger_entry", "ck_ledger_entry_type", f"CHECK (type IN ({listed}))")
