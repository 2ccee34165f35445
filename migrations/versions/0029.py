"""Proposals of decisions: a ground that the scheme calls serious takes two deciders.

Versions of the norm that name no grounds use those of the newest text of the same norm.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations import online

revision = "0029"
down_revision = "0025"
serves = "0025"  # an older process is refused where it decides alone on a serious ground

KINDS = (
    "grant, grant_with_conditions, refuse, renew, maintain, extend_scope, reduce_scope, amend, suspend, lift, withdraw,"
    " end, condition_met, appeal_outcome"
)
SHIPPED = ["harm_to_workers", "deceit", "continuation", "appeal_upheld"]


def upgrade() -> None:
    norms = online.norms()
    op.add_column("scheme_version", sa.Column("serious_grounds", ARRAY(sa.Text()), server_default="{}", nullable=False))
    _name_serious_grounds(norms)
    listed = ", ".join(f"'{kind}'" for kind in KINDS.split(", "))
    op.create_table(
        "decision_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("fate", sa.String(40), nullable=True),
        sa.Column("audit_id", sa.Uuid(), nullable=True),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("said", JSONB(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(f"kind IN ({listed})", name=op.f("ck_decision_proposal_kind")),
        sa.CheckConstraint("num_nonnulls(audit_id, certificate_id) > 0", name=op.f("ck_decision_proposal_subject")),
        sa.CheckConstraint(
            "confirmed IS NOT TRUE OR answered_by <> proposed_by", name=op.f("ck_decision_proposal_second_person")
        ),
        sa.CheckConstraint(
            "num_nulls(answered_by, answered_at, confirmed) IN (0, 3)", name=op.f("ck_decision_proposal_answered_whole")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_decision_proposal_{column}"))
            for column, table in (
                ("audit_id", "audit"),
                ("certificate_id", "certificate"),
                ("agency_id", "agency"),
                ("proposed_by", "person"),
                ("answered_by", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_proposal")),
    )
    waiting = sa.text("answered_at IS NULL")
    op.create_index(
        "uq_decision_proposal_open", "decision_proposal", ["agency_id"], unique=True, postgresql_where=waiting
    )
    op.add_column("decision", sa.Column("proposal_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_decision_proposal_id"), "decision", "decision_proposal", ["proposal_id"], ["id"])
    op.create_index("uq_decision_proposal", "decision", ["proposal_id", "outcome"], unique=True)


def _name_serious_grounds(norms: Mapping[Any, Mapping[str, Any]]) -> None:
    connection = op.get_bind()
    op.execute("ALTER TABLE scheme_version DISABLE TRIGGER scheme_version_kept")
    for version_id, norm in norms.items():
        grounds = norm.get("grounds")
        codes = SHIPPED if grounds is None else [code for code, ground in grounds.items() if ground["serious"]]
        connection.execute(
            sa.text("UPDATE scheme_version SET serious_grounds = :codes WHERE id = :id"),
            {"codes": codes, "id": version_id},
        )
    op.execute("ALTER TABLE scheme_version ENABLE TRIGGER scheme_version_kept")


def downgrade() -> None:
    """Go back. Decisions stay; what was proposed is lost."""
    op.execute("DROP TRIGGER IF EXISTS decision_ground_serious ON decision_ground")
    op.drop_index("uq_decision_proposal", "decision")
    op.drop_column("decision", "proposal_id")
    op.drop_table("decision_proposal")
    op.drop_column("scheme_version", "serious_grounds")
