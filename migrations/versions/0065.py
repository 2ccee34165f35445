"""Add signals about agencies, and let the security log tell who read one."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
serves = "0055"  # this one only adds

KINDS = (
    "'signed_in', 'sign_in_failed', 'signed_out', 'sessions_ended', 'throttled', 'refused', 'forged_form', "
    "'reset_asked', 'link_refused', 'password_set', 'password_changed', 'password_refused', 'evidence_downloaded', "
    "'document_downloaded', 'person_invited', 'roles_changed', 'account_ended', 'work_retried', 'keys_changed', "
    "'agency_registered', 'note_forgotten'"
)
ABOUT = "'pay', 'papers', 'housing', 'safety', 'treatment', 'certificate', 'other'"
LANGUAGES = "'nl', 'en', 'pl', 'ro', 'bg', 'uk', 'es', 'hu'"


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.CheckConstraint(f"about IN ({ABOUT})", name=op.f("ck_signal_about")),
        sa.CheckConstraint(f"language IN ({LANGUAGES})", name=op.f("ck_signal_language")),
        sa.CheckConstraint("char_length(message) BETWEEN 1 AND 4000", name=op.f("ck_signal_message")),
        sa.CheckConstraint("char_length(contact) <= 200", name=op.f("ck_signal_contact")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_signal_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
    )
    op.create_index("ix_signal_newest", "signal", ["received_at", "id"])
    allow(f"{KINDS}, 'signal_read'")


def downgrade() -> None:
    """Go back. Signals are lost."""
    op.drop_table("signal")
    op.execute("ALTER TABLE security_event DISABLE TRIGGER USER")  # which keep lines for a term
    op.execute("DELETE FROM security_event WHERE kind = 'signal_read'")
    op.execute("ALTER TABLE security_event ENABLE TRIGGER USER")
    allow(KINDS)


def allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_security_event_kind"), "security_event")
    op.create_check_constraint(op.f("ck_security_event_kind"), "security_event", f"kind IN ({kinds})")
