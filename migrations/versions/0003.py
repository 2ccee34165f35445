"""Documents: one may replace another, some have archival forms, and a register extract is made as often as asked."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MANY = "kind NOT IN ('audit_report', 'register_extract')"
ONCE: dict[str, Any] = {"table_name": "document", "columns": ["kind", "subject_id"], "unique": True}


def upgrade() -> None:
    op.add_column("document", sa.Column("replaces", sa.Uuid(), nullable=True))
    op.add_column("document", sa.Column("because", sa.Text(), nullable=False, server_default=""))
    op.alter_column("document", "because", server_default=None)
    op.create_unique_constraint("uq_document_of", "document", ["id", "kind", "subject_id"])
    op.create_unique_constraint("uq_document_replaces", "document", ["replaces"])
    op.create_foreign_key(
        "fk_document_replaces",
        "document",
        "document",
        ["replaces", "kind", "subject_id"],
        ["id", "kind", "subject_id"],
    )
    op.create_check_constraint("because", "document", "(replaces IS NULL) = (because = '')")
    op.drop_index("uq_document_once", table_name="document")
    op.create_index("uq_document_once", **ONCE, postgresql_where=f"{MANY} AND replaces IS NULL")
    op.create_table(
        "document_stamp",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("proves_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_stamp_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_stamp")),
        sa.UniqueConstraint("sha256", name=op.f("uq_document_stamp_sha256")),
    )
    op.create_index(op.f("ix_document_stamp_document_id"), "document_stamp", ["document_id"])
    op.execute(
        "CREATE TRIGGER document_stamp_kept BEFORE UPDATE OR DELETE ON document_stamp"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


# Code from before knows one file of a certificate: the replaced ones stay, under another name.
ASIDE = """
UPDATE document SET kind = kind || '_replaced'
WHERE id IN (SELECT replaces FROM document WHERE replaces IS NOT NULL)
"""


def downgrade() -> None:
    op.drop_table("document_stamp")
    op.drop_index("uq_document_once", table_name="document")
    op.drop_constraint("fk_document_replaces", "document")
    op.execute("ALTER TABLE document DISABLE TRIGGER document_kept")
    op.execute(ASIDE)
    op.execute("ALTER TABLE document ENABLE TRIGGER document_kept")
    op.create_index("uq_document_once", **ONCE, postgresql_where=MANY)
    op.drop_constraint(op.f("ck_document_because"), "document")
    op.drop_constraint("uq_document_replaces", "document")
    op.drop_constraint("uq_document_of", "document")
    op.drop_column("document", "because")
    op.drop_column("document", "replaces")
