"""Add sealed entries: chains per person, device and audit, what was typed, and receipts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0083"
down_revision = "0082"
serves = "0083"  # older code would record verdicts without their entries

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "entry_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=True),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("digest = encode(sha256(opening), 'hex')", name=op.f("ck_entry_chain_digest")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_entry_chain_revoked")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_entry_chain_audit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entry_chain_person_id")),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("fk_entry_chain_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_chain")),
        sa.UniqueConstraint("id", "audit_id", name="uq_entry_chain_audit"),
    )
    op.create_index(op.f("ix_entry_chain_audit_id"), "entry_chain", ["audit_id"])
    pages = sa.text("public_key IS NULL")
    op.create_index(
        "uq_entry_chain_pages", "entry_chain", ["audit_id", "person_id"], unique=True, postgresql_where=pages
    )
    op.create_table(
        "sealed_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.CheckConstraint("digest = encode(sha256(data), 'hex')", name=op.f("ck_sealed_entry_digest")),
        sa.ForeignKeyConstraint(
            ["chain_id", "audit_id"],
            ["entry_chain.id", "entry_chain.audit_id"],
            name="fk_sealed_entry_chain_id_audit_id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_entry")),
        sa.UniqueConstraint("digest", name=op.f("uq_sealed_entry_digest")),
    )
    op.execute("ALTER TABLE sealed_entry ADD COLUMN txid xid8 DEFAULT pg_current_xact_id()")
    op.create_index("ix_sealed_entry_chain_id", "sealed_entry", ["chain_id", "number"])
    op.create_index("ix_sealed_entry_cell", "sealed_entry", ["audit_id", "cell"])
    op.create_table(
        "entry_content",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_entry_content_audit_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["sealed_entry.id"], name=op.f("fk_entry_content_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_content")),
    )
    op.create_index(op.f("ix_entry_content_audit_id"), "entry_content", ["audit_id"])
    op.create_table(
        "entry_receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_entry_receipt_audit_id")),
        sa.ForeignKeyConstraint(["upto"], ["sealed_entry.id"], name=op.f("fk_entry_receipt_upto")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_receipt")),
    )
    op.create_index(op.f("ix_entry_receipt_audit_id"), "entry_receipt", ["audit_id"])


def downgrade() -> None:
    """Go back. What was sealed is no longer held: verdicts and their history stay."""
    op.execute("DROP TRIGGER IF EXISTS verdict_sealed ON verdict")
    for table in ("entry_receipt", "entry_content", "sealed_entry", "entry_chain"):
        op.drop_table(table)
