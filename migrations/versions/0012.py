"""The security log, and the request in which an outbox item was promised."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
serves = "0010"

KINDS = (
    "'signed_in', 'sign_in_failed', 'signed_out', 'sessions_ended', 'throttled', 'refused', 'forged_form', "
    "'reset_asked', 'link_refused', 'password_set', 'password_changed', 'password_refused', 'evidence_downloaded', "
    "'document_downloaded', 'person_invited', 'roles_changed', 'account_ended', 'work_retried'"
)


def upgrade() -> None:
    op.add_column("outbox", sa.Column("request_id", sa.String(), nullable=True))
    op.create_table(
        "security_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_security_event_kind")),
        sa.CheckConstraint("detail ~ '^[A-Za-z0-9_.-]{1,80}$'", name=op.f("ck_security_event_detail")),
        sa.CheckConstraint("visitor ~ '^[0-9a-f]{16}$'", name=op.f("ck_security_event_visitor")),
        sa.CheckConstraint("request_id ~ '^[A-Za-z0-9._-]{8,64}$'", name=op.f("ck_security_event_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_newest", "security_event", ["happened_at", "id"])
    op.create_index(op.f("ix_security_event_person_id"), "security_event", ["person_id"])


def downgrade() -> None:
    op.drop_table("security_event")
    op.execute("DROP FUNCTION IF EXISTS keep_fresh_traces()")
    op.drop_column("outbox", "request_id")
