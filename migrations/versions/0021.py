"""Texts for the agency apart from the notes, and the moment at which an unannounced audit is revealed."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0021"
down_revision = "0020"
serves = "0019"  # this one only adds; audits that older code starts stay hidden until they are reported

# Until now the start of an audit revealed it.
REVEALED = """
UPDATE audit SET revealed_at = started_at
WHERE NOT announced AND started_at IS NOT NULL AND revealed_at IS NULL AND {batch}
"""


def upgrade() -> None:
    op.add_column("audit", sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    op.add_column("finding", sa.Column("agency_text", sa.Text(), nullable=True), if_not_exists=True)
    online.commit()
    online.fill("audit", REVEALED)
    op.create_table(
        "requirement_judgement",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("agency_text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id", "scheme_version_id"],
            ["audit.id", "audit.scheme_version_id"],
            name="fk_requirement_judgement_audit_id_scheme_version_id",
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name="fk_requirement_judgement_scheme_version_id_requirement_code",
        ),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name="fk_requirement_judgement_written_by"),
        sa.PrimaryKeyConstraint("audit_id", "requirement_code", name="pk_requirement_judgement"),
    )


def downgrade() -> None:
    op.execute("DROP POLICY IF EXISTS audit_select ON audit")
    op.execute("DROP TRIGGER IF EXISTS audit_revealed ON audit")
    op.drop_table("requirement_judgement")
    op.drop_column("finding", "agency_text")
    op.drop_column("audit", "revealed_at")
