"""Say how a verdict was reached and whether it was given in bulk; keep private notes of the audit team."""

import sqlalchemy as sa
from alembic import op

from migrations.online import constrain

revision = "0101"
down_revision = "0100"
serves = "0091"  # this one only adds

_METHODS = "('seen', 'told', 'observed', 'record')"


def upgrade() -> None:
    op.add_column("verdict", sa.Column("method", sa.String(40), nullable=True), if_not_exists=True)
    op.add_column(
        "verdict", sa.Column("bulk", sa.Boolean(), server_default=sa.false(), nullable=False), if_not_exists=True
    )
    for name in ("method_before", "method"):
        op.add_column("verdict_change", sa.Column(name, sa.String(40), nullable=True), if_not_exists=True)
    op.create_table(
        "private_note",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id", "unit", "reference"],
            ["sampled_unit.audit_id", "sampled_unit.unit", "sampled_unit.reference"],
            name=op.f("fk_private_note_audit_id_unit_reference"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_private_note_person_id")),
        sa.PrimaryKeyConstraint(
            "audit_id", "requirement_code", "unit", "reference", "person_id", name=op.f("pk_private_note")
        ),
        if_not_exists=True,
    )
    constrain("verdict", "ck_verdict_method", f"CHECK (method IN {_METHODS})")
    constrain("verdict", "ck_verdict_bulk", "CHECK (NOT bulk OR (method IS NOT NULL AND btrim(reason) <> ''))")
    for name in ("method_before", "method"):
        constrain("verdict_change", f"ck_verdict_change_{name}", f"CHECK ({name} IN {_METHODS})")


def downgrade() -> None:
    """Go back. Private notes, and how verdicts were reached, are lost; what was sealed holds the latter."""
    op.execute("DROP TRIGGER IF EXISTS verdict_history ON verdict")  # it names the column
    op.drop_table("private_note")
    for name in ("method", "method_before"):
        op.drop_column("verdict_change", name)
    for name in ("bulk", "method"):
        op.drop_column("verdict", name)
