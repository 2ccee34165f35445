"""Keep with an audit what its inspector confirmed of the stated scope."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0055"
down_revision = "0054"
serves = "0051"  # this one only adds


def upgrade() -> None:
    op.add_column("audit", sa.Column("confirmed_scope", JSONB(), nullable=True))


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS audit_confirmed ON audit")
    op.drop_column("audit", "confirmed_scope")
