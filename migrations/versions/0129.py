"""Keep who asked for another e-mail address: the link to the new one confirms it, the link to the old one undoes it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0129"
down_revision = "0128"
serves = "0091"  # this one only adds

KINDS = (
    "'signed_in', 'sign_in_failed', 'signed_out', 'sessions_ended', 'throttled', 'refused', 'forged_form', "
    "'reset_asked', 'link_refused', 'password_set', 'password_changed', 'password_refused', 'evidence_downloaded', "
    "'document_downloaded', 'person_invited', 'roles_changed', 'account_ended', 'work_retried', 'keys_changed', "
    "'agency_registered', 'note_forgotten', 'signal_read', 'vault_read', 'vault_readers'"
)
NEW_KINDS = "'address_asked', 'address_changed'"
PURPOSES, NEW_PURPOSES = "'invitation', 'reset'", "'address', 'objection'"


def upgrade() -> None:
    moment, address = sa.DateTime(timezone=True), postgresql.CITEXT()
    op.create_table(
        "address_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("old_email", address, nullable=False),
        sa.Column("new_email", address, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("taken_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.CheckConstraint("new_email <> old_email", name=op.f("ck_address_change_other")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_address_change_person_id"), "address_change", ["person_id"], if_not_exists=True)
    op.add_column("mail_token", sa.Column("change_id", sa.Uuid(), nullable=True), if_not_exists=True)
    op.create_foreign_key(op.f("fk_mail_token_change_id"), "mail_token", "address_change", ["change_id"], ["id"])
    allow("mail_token", "purpose", f"{PURPOSES}, {NEW_PURPOSES}")
    allow("security_event", "kind", f"{KINDS}, {NEW_KINDS}")


def downgrade() -> None:
    """Go back. Changes that wait are lost, and in the security log who asked for one."""
    op.execute(f"DELETE FROM mail_token WHERE purpose IN ({NEW_PURPOSES})")
    op.execute("ALTER TABLE security_event DISABLE TRIGGER USER")  # which keep lines for a term
    op.execute(f"DELETE FROM security_event WHERE kind IN ({NEW_KINDS})")
    op.execute("ALTER TABLE security_event ENABLE TRIGGER USER")
    allow("mail_token", "purpose", PURPOSES)
    allow("security_event", "kind", KINDS)
    op.drop_constraint(op.f("fk_mail_token_change_id"), "mail_token")
    op.drop_column("mail_token", "change_id")
    op.execute("DROP TABLE address_change CASCADE")


def allow(table: str, column: str, words: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({words})")
