"""Give interests a kind, a period and corrections, let the office state groups of companies, and keep terms of the norm.

Versions of the norm that were published before get from their source how long somebody stays away, and how many audits
in a row one may judge.
"""

import sqlalchemy as sa
import yaml
from alembic import op
from sqlalchemy.dialects.postgresql import CITEXT

revision = "0061"
down_revision = "0060"
serves = "0055"  # this one only adds

KINDS = "'worked', 'advised', 'other', 'none'"
TERMS = ("cooling_off_months", "audits_in_a_row")


def upgrade() -> None:
    _norms()
    _interests()
    op.create_table(
        "group_statement",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", CITEXT(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_group_statement_source")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_group_statement_agency_id")),
        sa.ForeignKeyConstraint(["stated_by"], ["person.id"], name=op.f("fk_group_statement_stated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_statement")),
    )
    op.create_index(op.f("ix_group_statement_agency_id"), "group_statement", ["agency_id"])
    op.create_index(op.f("ix_group_statement_name"), "group_statement", ["name"])


def downgrade() -> None:
    """Go back. What replaced an interest goes, and what it replaced counts again; groups are lost."""
    op.drop_table("group_statement")
    for name in ("tie_corrected", "tie_kept"):
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON tie")
    op.execute(
        "DELETE FROM tie t WHERE supersedes_id IS NOT NULL OR EXISTS (SELECT FROM tie other"
        " WHERE other.person_id = t.person_id AND other.agency_id = t.agency_id AND other.supersedes_id IS NULL"
        " AND (other.declared_at, other.id) < (t.declared_at, t.id))"
    )
    op.drop_index(op.f("ix_tie_person_id"), "tie")
    op.create_index("uq_tie_person_id_agency_id", "tie", ["person_id", "agency_id"], unique=True)
    for name in ("supersedes_id", "until", "since", "kind"):
        op.drop_column("tie", name)
    op.drop_constraint(op.f("uq_tie_id_person_id_agency_id"), "tie")
    for name in TERMS:
        op.drop_column("scheme_version", name)


def _interests() -> None:
    op.add_column("tie", sa.Column("kind", sa.String(40), server_default="other", nullable=False))
    op.add_column("tie", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("tie", sa.Column("until", sa.Date(), nullable=True))
    op.add_column("tie", sa.Column("supersedes_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_tie_id_person_id_agency_id"), "tie", ["id", "person_id", "agency_id"])
    op.create_unique_constraint(op.f("uq_tie_supersedes_id"), "tie", ["supersedes_id"])
    op.create_foreign_key(
        "fk_tie_supersedes",
        "tie",
        "tie",
        ["supersedes_id", "person_id", "agency_id"],
        ["id", "person_id", "agency_id"],
    )
    op.create_check_constraint(op.f("ck_tie_kind"), "tie", f"kind IN ({KINDS})")
    op.create_check_constraint(op.f("ck_tie_period"), "tie", "until >= since")
    op.create_check_constraint(op.f("ck_tie_corrected"), "tie", "supersedes_id IS NULL OR recorded_by IS NOT NULL")
    op.create_check_constraint(op.f("ck_tie_none"), "tie", "kind <> 'none' OR supersedes_id IS NOT NULL")
    op.drop_index("uq_tie_person_id_agency_id", "tie")
    op.create_index(op.f("ix_tie_person_id"), "tie", ["person_id"])


def _norms() -> None:
    for name in TERMS:
        op.add_column("scheme_version", sa.Column(name, sa.Integer(), nullable=True))
    op.execute("ALTER TABLE scheme_version DISABLE TRIGGER USER")
    for version_id, source in op.get_bind().execute(sa.text("SELECT id, source FROM scheme_version")).all():
        terms = yaml.safe_load(source).get("independence")
        if terms:
            op.get_bind().execute(
                sa.text(
                    "UPDATE scheme_version SET cooling_off_months = :cooling_off_months,"
                    " audits_in_a_row = :audits_in_a_row WHERE id = :id"
                ),
                {"id": version_id, **{name: terms[name] for name in TERMS}},
            )
    op.execute("ALTER TABLE scheme_version ENABLE TRIGGER USER")
