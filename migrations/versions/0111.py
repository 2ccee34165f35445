"""Keep signals of exploitation in a vault, and let the security log tell who read one."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
serves = "0091"  # this one only adds

KINDS = (
    "'signed_in', 'sign_in_failed', 'signed_out', 'sessions_ended', 'throttled', 'refused', 'forged_form', "
    "'reset_asked', 'link_refused', 'password_set', 'password_changed', 'password_refused', 'evidence_downloaded', "
    "'document_downloaded', 'person_invited', 'roles_changed', 'account_ended', 'work_retried', 'keys_changed', "
    "'agency_registered', 'note_forgotten', 'signal_read'"
)
NEW = "'vault_read', 'vault_readers'"
RECEIVERS = "'inspectorate', 'police', 'shelter', 'legal'"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "vault_reader",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("named_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_vault_reader_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_vault_reader")),
        if_not_exists=True,
    )
    op.create_table(
        "vault_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("may_leave", sa.Boolean(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id", "agency_id"], ["audit.id", "audit.agency_id"], name="fk_vault_entry_audit"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_vault_entry_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_entry")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_vault_entry_audit_id"), "vault_entry", ["audit_id"], if_not_exists=True)
    op.create_table(
        "vault_passing",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("receiver", sa.String(40), nullable=False),
        sa.Column("passed_by", sa.Uuid(), nullable=False),
        sa.Column("passed_at", moment, nullable=False),
        sa.CheckConstraint(f"receiver IN ({RECEIVERS})", name=op.f("ck_vault_passing_receiver")),
        sa.ForeignKeyConstraint(["entry_id"], ["vault_entry.id"], name=op.f("fk_vault_passing_entry_id")),
        sa.ForeignKeyConstraint(["passed_by"], ["person.id"], name=op.f("fk_vault_passing_passed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_passing")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_vault_passing_entry_id"), "vault_passing", ["entry_id"], if_not_exists=True)
    allow(f"{KINDS}, {NEW}")


def downgrade() -> None:
    """Go back. What is in the vault is lost, and who read it."""
    for table in ("vault_passing", "vault_entry", "vault_reader"):
        op.drop_table(table)
    op.execute("ALTER TABLE security_event DISABLE TRIGGER USER")  # which keep lines for a term
    op.execute(f"DELETE FROM security_event WHERE kind IN ({NEW})")
    op.execute("ALTER TABLE security_event ENABLE TRIGGER USER")
    allow(KINDS)


def allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_security_event_kind"), "security_event")
    op.create_check_constraint(op.f("ck_security_event_kind"), "security_event", f"kind IN ({kinds})")
