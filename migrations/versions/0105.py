"""Name contacts in the register who agreed to that, and ask it whose a bank account is."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"
serves = "0091"  # this one only adds


def upgrade() -> None:
    agreed: sa.Column[bool] = sa.Column("in_register", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("contact", agreed, if_not_exists=True)
    with op.get_context().autocommit_block():
        for name in ("ix_agency_iban", "ix_register_entry_details"):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute("CREATE INDEX CONCURRENTLY ix_agency_iban ON agency (iban) WHERE iban <> ''")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_register_entry_details ON register_entry USING gin (details jsonb_path_ops)"
        )


def downgrade() -> None:
    """Go back. Who agreed to be named is lost."""
    op.execute("DROP FUNCTION IF EXISTS holders_of_account(text)")
    op.drop_index("ix_register_entry_details", "register_entry")
    op.drop_index("ix_agency_iban", "agency")
    op.drop_column("contact", "in_register")
