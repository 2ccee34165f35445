"""Add the cycle of certification, audits of every kind, and which requirements each of them looks at."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations import online

revision = "0040"
down_revision = "0036"
serves = "0035"  # a trigger puts the audits that older code plans into their cycle

KINDS = "'initial', 'surveillance', 'renewal', 'special', 'follow_up', 'scope_extension'"
CYCLES = """
INSERT INTO certification (id, agency_id, scheme_version_id)
SELECT DISTINCT application_id, agency_id, scheme_version_id FROM audit ON CONFLICT DO NOTHING
"""
# Who held a certificate on the day of the application asked for a renewal.
JOINED = """
UPDATE audit SET certification_id = application_id, kind = CASE WHEN EXISTS (
  SELECT FROM certificate c WHERE c.agency_id = audit.agency_id AND c.issued_at < p.created_at
    AND c.valid_until >= (p.created_at AT TIME ZONE 'Europe/Amsterdam')::date) THEN 'renewal' ELSE 'initial' END
FROM application p WHERE p.id = audit.application_id AND audit.certification_id IS NULL AND {batch}
"""


def upgrade() -> None:
    _add_cycles()
    _add_kinds()
    norms = online.norms()
    _choose_requirements()
    op.add_column("scheme_version", sa.Column("repaired_kinds", ARRAY(sa.Text()), server_default="{}", nullable=False))
    _read_kinds(norms)


def _add_cycles() -> None:
    op.create_table(
        "certification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id", "agency_id", "scheme_version_id"],
            ["application.id", "application.agency_id", "application.scheme_version_id"],
            name="fk_certification_application",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certification"),
        sa.UniqueConstraint("id", "agency_id", "scheme_version_id", name="uq_certification_case"),
        if_not_exists=True,
    )
    op.create_index("ix_certification_agency_id", "certification", ["agency_id"], if_not_exists=True)
    op.execute(CYCLES)


def _add_kinds() -> None:
    for column in (
        sa.Column("kind", sa.String(40), server_default="initial", nullable=False),
        sa.Column("occasion", sa.Text(), server_default="", nullable=False),
        sa.Column("certification_id", sa.Uuid(), nullable=True),
    ):
        op.add_column("audit", column, if_not_exists=True)
    online.commit()
    online.fill("audit", JOINED, kept=True)
    online.require("audit", "certification_id")
    op.alter_column("audit", "application_id", nullable=True)
    online.constrain("audit", "ck_audit_kind", f"CHECK (kind IN ({KINDS}))")
    named = "(application_id IS NOT NULL) = (kind IN ('initial', 'renewal'))"
    online.constrain("audit", "ck_audit_application", f"CHECK ({named})")
    case = "agency_id, scheme_version_id"
    online.constrain(
        "audit",
        "fk_audit_certification",
        f"FOREIGN KEY (certification_id, {case}) REFERENCES certification (id, {case})",
    )
    op.create_index("ix_audit_certification_id", "audit", ["certification_id"], if_not_exists=True)


def _choose_requirements() -> None:
    op.create_table(
        "audit_requirement",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id", "scheme_version_id"],
            ["audit.id", "audit.scheme_version_id"],
            name="fk_audit_requirement_audit_id_scheme_version_id",
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name="fk_audit_requirement_scheme_version_id_requirement_code",
        ),
        sa.PrimaryKeyConstraint("audit_id", "requirement_code", name="pk_audit_requirement"),
    )


def _read_kinds(norms: Mapping[Any, Mapping[str, Any]]) -> None:
    """Note which kinds of audit the published versions judge as repaired; those of edition 1 know of none."""
    connection = op.get_bind()
    connection.execute(sa.text("ALTER TABLE scheme_version DISABLE TRIGGER USER"))
    for version_id, norm in norms.items():
        audits = norm.get("audits", {})
        repaired = [kind for kind, rules in audits.items() if rules["judged"] == "as_repaired"]
        connection.execute(
            sa.text("UPDATE scheme_version SET repaired_kinds = :repaired WHERE id = :id"),
            {"repaired": repaired, "id": version_id},
        )
    connection.execute(sa.text("ALTER TABLE scheme_version ENABLE TRIGGER USER"))


def downgrade() -> None:
    """Go back; RuntimeError if there are audits that the older tables have no place for."""
    count = op.get_bind().execute(sa.text("SELECT count(*) FROM audit WHERE application_id IS NULL")).scalar_one()
    if count:
        raise RuntimeError(f"{count} audits without an application cannot be kept by the older tables")
    for name, table in (("audit_cycle", "audit"), ("verdict_covered", "verdict")):
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    op.drop_column("scheme_version", "repaired_kinds")
    op.drop_table("audit_requirement")
    op.drop_index("ix_audit_certification_id", "audit")
    op.drop_constraint("fk_audit_certification", "audit")
    op.drop_constraint(op.f("ck_audit_application"), "audit")
    op.drop_constraint(op.f("ck_audit_kind"), "audit")
    op.alter_column("audit", "application_id", nullable=False)
    op.drop_column("audit", "certification_id")
    op.drop_column("audit", "occasion")
    op.drop_column("audit", "kind")
    op.drop_table("certification")
