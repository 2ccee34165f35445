"""A register extract is made as often as it is asked for."""

from alembic import op

revision = "0006"
down_revision = "0005"

ONCE = {"table_name": "document", "columns": ["kind", "subject_id"], "unique": True}


def upgrade() -> None:
    op.drop_index("uq_document_once", table_name="document")
    op.create_index(
        "uq_document_once",
        **ONCE,
        postgresql_where="kind NOT IN ('audit_report', 'register_extract') AND replaces IS NULL",
    )


def downgrade() -> None:
    op.drop_index("uq_document_once", table_name="document")
    op.create_index("uq_document_once", **ONCE, postgresql_where="kind <> 'audit_report' AND replaces IS NULL")
