"""Count evidence that suffices, judge how far a finding reaches, and tell units by lot from others.

Versions of the norm that were published before get from their source what triggers need of it.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations import online

revision = "0032"
down_revision = "0030"
serves = "0030"  # this one only adds

ORIGINS = "'random', 'replacement', 'targeted'"
EXTENTS = "'incidental', 'systemic'"
OF_UNITS = ("audit_id", "unit")


def upgrade() -> None:
    _norms(online.norms())
    op.add_column("audit", sa.Column("insufficient", JSONB(), server_default="[]", nullable=False))
    _units()
    for table, column in (("requirement_judgement", "extent"), ("finding", "judged")):
        op.add_column(table, sa.Column(column, sa.String(40), nullable=True))
        op.add_column(table, sa.Column(f"{column}_reason", sa.Text(), server_default="", nullable=False))
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({EXTENTS})")
    op.create_check_constraint(
        op.f("ck_requirement_judgement_reason"), "requirement_judgement", "extent IS NULL OR extent_reason <> ''"
    )
    for name in ("random_assessed", "random_nonconforming"):
        op.add_column("finding", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back. Units that were added to a draw stay in it, without saying how they came in."""
    op.execute("DROP FUNCTION IF EXISTS evidence_short(uuid)")
    for name in ("random_nonconforming", "random_assessed"):
        op.drop_column("finding", name)
    for table, column in (("finding", "judged"), ("requirement_judgement", "extent")):
        op.drop_column(table, f"{column}_reason")
        op.drop_column(table, column)
    for name in ("added_by", "reason", "reason_code", "replaces", "origin"):
        op.drop_column("sampled_unit", name)
    op.drop_constraint("uq_sampled_unit_audit_id_unit_position", "sampled_unit")
    for table, names in (
        ("requirement", ("shortfall", "minimum_assessed")),
        ("scheme_version", ("open_verdicts", "assessed_verdicts")),
        ("audit", ("insufficient",)),
    ):
        for name in names:
            op.drop_column(table, name)


def _norms(norms: Mapping[Any, Mapping[str, Any]]) -> None:
    for name in ("assessed_verdicts", "open_verdicts"):
        op.add_column("scheme_version", sa.Column(name, ARRAY(sa.Text()), nullable=True))
    op.add_column("requirement", sa.Column("minimum_assessed", sa.Numeric(), nullable=True))
    op.add_column("requirement", sa.Column("shortfall", sa.String(), nullable=True))
    for table in ("scheme_version", "requirement"):
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for version_id, norm in norms.items():
        _take_over(version_id, norm)
    for table in ("scheme_version", "requirement"):
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _take_over(version_id: Any, plain: Mapping[str, Any]) -> None:
    """Store the flags of the verdicts, and in edition 2 the least share of units to assess of each requirement."""
    to_version = sa.text(
        "UPDATE scheme_version SET assessed_verdicts = :assessed, open_verdicts = :open WHERE id = :id"
    )
    verdicts = plain["verdicts"].items()
    flags = {
        "assessed": [code for code, kind in verdicts if kind["assessed"]],
        "open": [code for code, kind in verdicts if kind["leaves_open"]],
    }
    op.get_bind().execute(to_version, {"id": version_id, **flags})
    by_severity = plain["scoring"].get("assessed")
    if by_severity is None:
        return
    to_requirement = sa.text(
        "UPDATE requirement SET minimum_assessed = :least, shortfall = :below"
        " WHERE scheme_version_id = :id AND code = :code"
    )
    for code, item in plain["requirements"].items():
        rule = by_severity[item["severity"]]
        least = str(item.get("minimum_assessed", rule["minimum"]))
        values = {"id": version_id, "code": code, "least": least, "below": rule["below"]}
        op.get_bind().execute(to_requirement, values)


def _units() -> None:
    table = "sampled_unit"
    op.add_column(table, sa.Column("origin", sa.String(40), server_default="random", nullable=False))
    op.add_column(table, sa.Column("replaces", sa.String(), nullable=True))
    op.add_column(table, sa.Column("reason_code", sa.String(), nullable=True))
    op.add_column(table, sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column(table, sa.Column("added_by", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_sampled_unit_added_by", table, "person", ["added_by"], ["id"])
    op.create_check_constraint(op.f("ck_sampled_unit_origin"), table, f"origin IN ({ORIGINS})")
    op.create_check_constraint(
        op.f("ck_sampled_unit_replaces"), table, "(origin = 'replacement') = (replaces IS NOT NULL)"
    )
    op.create_check_constraint(op.f("ck_sampled_unit_reason"), table, "origin <> 'targeted' OR reason <> ''")
    op.create_unique_constraint("uq_sampled_unit_audit_id_unit_position", table, [*OF_UNITS, "position"])
    op.create_unique_constraint("uq_sampled_unit_audit_id_unit_replaces", table, [*OF_UNITS, "replaces"])
    op.create_foreign_key(
        "fk_sampled_unit_audit_id_unit_replaces",
        table,
        table,
        [*OF_UNITS, "replaces"],
        [*OF_UNITS, "reference"],
    )
