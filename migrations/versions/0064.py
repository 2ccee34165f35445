"""Search the register by words, by filters and by words with one wrong letter, each with an index of its own.

The worker makes the new columns of older rows in its next minutes; until then these are found by the words they had.
"""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "0064"
down_revision = "0063"
serves = "0055"  # older code finds the same, a typing error more slowly


def upgrade() -> None:
    for name in ("words", "tags"):
        op.execute(f"ALTER TABLE register_entry ADD COLUMN IF NOT EXISTS {name} text[] DEFAULT '{{}}' NOT NULL")
    op.execute("ALTER TABLE register_entry ADD COLUMN IF NOT EXISTS form smallint DEFAULT 0 NOT NULL")
    op.alter_column("register_entry", "near", server_default="{}")
    online.commit()
    online.fill("register_entry", "UPDATE register_entry SET words = array_remove(near, '') WHERE form = 0 AND {batch}")
    op.execute("DROP INDEX IF EXISTS ix_register_entry_near")
    op.create_index(
        "ix_register_entry_terms",
        "register_entry",
        [sa.text("array_to_tsvector(words || tags)")],
        postgresql_using="gin",
        if_not_exists=True,
    )
    op.create_index("ix_register_entry_form", "register_entry", ["form"], if_not_exists=True)
    op.create_table(
        "register_slip",
        sa.Column("rest", sa.Text(collation="C"), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("rest", "word", name=op.f("pk_register_slip")),
    )


def downgrade() -> None:
    """Go back. Rows that the newer code made have no words with a letter less: `rebuild-register` of that code makes them."""
    op.drop_table("register_slip")
    op.drop_index("ix_register_entry_form", table_name="register_entry")
    op.drop_index("ix_register_entry_terms", table_name="register_entry", postgresql_using="gin")
    op.create_index("ix_register_entry_near", "register_entry", ["near"], unique=False, postgresql_using="gin")
    op.execute("UPDATE register_entry SET near = words WHERE near = '{}'")
    op.alter_column("register_entry", "near", server_default=None)
    for name in ("form", "tags", "words"):
        op.drop_column("register_entry", name)
