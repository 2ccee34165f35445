"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    for extension in ("pg_trgm", "unaccent", "citext", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.create_table(
        "agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("trade_names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("former_names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("activities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sectors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recruitment_countries", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("own_housing", sa.Boolean(), nullable=False),
        sa.Column("housing_places", sa.Integer(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("account_holder", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("headcount >= 0", name=op.f("ck_agency_headcount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_index("uq_agency_register", "agency", ["country", "register_number"], unique=True)
    op.create_table(
        "counter",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_counter")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_agency_id"), "event", ["agency_id"], unique=False)
    op.create_index(op.f("ix_event_subject_id"), "event", ["subject_id"], unique=False)
    op.create_table(
        "login_brake",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_login_brake")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["due_at"],
        unique=False,
        postgresql_where="done_at IS NULL AND failed_at IS NULL",
    )
    op.create_table(
        "scheme_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("fail_total", sa.Integer(), nullable=False),
        sa.Column("failing_grades", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_scheme_version_code_version")),
        sa.UniqueConstraint("sha256", name=op.f("uq_scheme_version_sha256")),
    )
    op.create_table(
        "branch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_branch_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
    )
    op.create_index(op.f("ix_branch_agency_id"), "branch", ["agency_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("email", postgresql.CITEXT(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_contact_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_agency_id"), "contact", ["agency_id"], unique=False)
    op.create_table(
        "controller",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("share_percent", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("other_agencies", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_controller_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_controller")),
    )
    op.create_index(op.f("ix_controller_agency_id"), "controller", ["agency_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("printed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_document_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("sha256", name=op.f("uq_document_sha256")),
    )
    op.create_index(op.f("ix_document_agency_id"), "document", ["agency_id"], unique=False)
    op.create_index("ix_document_kind_subject_id", "document", ["kind", "subject_id"], unique=False)
    op.create_index(
        "uq_document_once", "document", ["kind", "subject_id"], unique=True, postgresql_where="kind <> 'audit_report'"
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", postgresql.CITEXT(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("language IN ('nl', 'en')", name=op.f("ck_person_language")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_person_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_agency_id"), "person", ["agency_id"], unique=False)
    op.create_table(
        "requirement",
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("chapter", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"], ["scheme_version.id"], name=op.f("fk_requirement_scheme_version_id")
        ),
        sa.PrimaryKeyConstraint("scheme_version_id", "code", name=op.f("pk_requirement")),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "accepted",
                "refused",
                "withdrawn",
                "concluded",
                name="applicationstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declared_by", sa.Uuid(), nullable=True),
        sa.Column("declared_name", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'accepted', 'refused', 'withdrawn', 'concluded')",
            name=op.f("ck_application_state"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_application_agency_id")),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_application_declared_by")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"], ["scheme_version.id"], name=op.f("fk_application_scheme_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("id", "agency_id", "scheme_version_id", name="uq_application_case"),
        sa.UniqueConstraint("reference", name=op.f("uq_application_reference")),
    )
    op.create_index(op.f("ix_application_agency_id"), "application", ["agency_id"], unique=False)
    op.create_index(op.f("ix_application_state"), "application", ["state"], unique=False)
    op.create_index(
        "uq_application_open",
        "application",
        ["agency_id"],
        unique=True,
        postgresql_where="state IN ('accepted', 'draft', 'submitted')",
    )
    op.create_table(
        "credential",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_credential")),
    )
    op.create_table(
        "login_session",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_session_person_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_person_id"), "login_session", ["person_id"], unique=False)
    op.create_table(
        "mail_token",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose", sa.Enum("invitation", "reset", name="purpose", native_enum=False, length=40), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_mail_token_purpose")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_token_person_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_mail_token")),
    )
    op.create_index(op.f("ix_mail_token_person_id"), "mail_token", ["person_id"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "agency_owner",
                "agency_editor",
                "agency_signatory",
                "inspector",
                "planner",
                "reviewer",
                "decider",
                "scheme_manager",
                "administrator",
                "system",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('agency_owner', 'agency_editor', 'agency_signatory', 'inspector', 'planner', 'reviewer', 'decider', 'scheme_manager', 'administrator')",
            name=op.f("ck_person_role_role"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "tie",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_tie_agency_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_tie_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie")),
    )
    op.create_index(op.f("ix_tie_agency_id"), "tie", ["agency_id"], unique=False)
    op.create_index("uq_tie_person_id_agency_id", "tie", ["person_id", "agency_id"], unique=True)
    op.create_table(
        "answer",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_answer_answered_by")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_answer_application_id")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f("fk_answer_scheme_version_id_requirement_code"),
        ),
        sa.PrimaryKeyConstraint("application_id", "requirement_code", name=op.f("pk_answer")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("planner_id", sa.Uuid(), nullable=False),
        sa.Column("inspector_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "in_progress",
                "reported",
                "reviewed",
                "concluded",
                "cancelled",
                name="auditstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recommendation", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'in_progress', 'reported', 'reviewed', 'concluded', 'cancelled')",
            name=op.f("ck_audit_state"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_audit_agency_id")),
        sa.ForeignKeyConstraint(
            ["application_id", "agency_id", "scheme_version_id"],
            ["application.id", "application.agency_id", "application.scheme_version_id"],
            name=op.f("fk_audit_application_id_agency_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(["inspector_id"], ["person.id"], name=op.f("fk_audit_inspector_id")),
        sa.ForeignKeyConstraint(["planner_id"], ["person.id"], name=op.f("fk_audit_planner_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_audit_reviewer_id")),
        sa.ForeignKeyConstraint(["scheme_version_id"], ["scheme_version.id"], name=op.f("fk_audit_scheme_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("id", "scheme_version_id", name="uq_audit_version"),
        sa.UniqueConstraint("reference", name=op.f("uq_audit_reference")),
    )
    op.create_index(op.f("ix_audit_agency_id"), "audit", ["agency_id"], unique=False)
    op.create_index(op.f("ix_audit_inspector_id"), "audit", ["inspector_id"], unique=False)
    op.create_index(op.f("ix_audit_state"), "audit", ["state"], unique=False)
    op.create_index("uq_audit_live", "audit", ["application_id"], unique=True, postgresql_where="state <> 'cancelled'")
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_evidence_application_id")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f("fk_evidence_scheme_version_id_requirement_code"),
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_evidence_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(
        "ix_evidence_application_id_requirement_code", "evidence", ["application_id", "requirement_code"], unique=False
    )
    op.create_table(
        "audit_participant",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_participant_audit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_participant_person_id")),
        sa.PrimaryKeyConstraint("audit_id", "person_id", name=op.f("pk_audit_participant")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("decider_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("grant", "grant_with_conditions", "refuse", name="outcome", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basis_sha256", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('grant', 'grant_with_conditions', 'refuse')", name=op.f("ck_decision_outcome")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_decision_agency_id")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_decision_audit_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["person.id"], name=op.f("fk_decision_decider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_decision_audit_id")),
    )
    op.create_index(op.f("ix_decision_agency_id"), "decision", ["agency_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("assessed", sa.Integer(), nullable=False),
        sa.Column("nonconforming", sa.Integer(), nullable=False),
        sa.Column("observed", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "answered", "closed", name="findingstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("extent", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verification_note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'answered', 'closed')", name=op.f("ck_finding_state")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_finding_answered_by")),
        sa.ForeignKeyConstraint(
            ["audit_id", "scheme_version_id"],
            ["audit.id", "audit.scheme_version_id"],
            name=op.f("fk_finding_audit_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f("fk_finding_scheme_version_id_requirement_code"),
        ),
        sa.ForeignKeyConstraint(["verified_by"], ["person.id"], name=op.f("fk_finding_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("audit_id", "number", name=op.f("uq_finding_audit_id_number")),
    )
    op.create_index(op.f("ix_finding_audit_id"), "finding", ["audit_id"], unique=False)
    op.create_table(
        "population",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("algorithm", sa.String(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_population_audit_id")),
        sa.ForeignKeyConstraint(["frozen_by"], ["person.id"], name=op.f("fk_population_frozen_by")),
        sa.PrimaryKeyConstraint("audit_id", "unit", name=op.f("pk_population")),
    )
    op.create_table(
        "sampled_unit",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_sampled_unit_audit_id")),
        sa.PrimaryKeyConstraint("audit_id", "unit", "reference", name=op.f("pk_sampled_unit")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issuing",
                "active",
                "suspended",
                "withdrawn",
                "replaced",
                name="certificatestate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("conditional", sa.Boolean(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("printed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("numbered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('issuing', 'active', 'suspended', 'withdrawn', 'replaced')", name=op.f("ck_certificate_state")
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_certificate_validity")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_certificate_agency_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_certificate_decision_id")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"], ["scheme_version.id"], name=op.f("fk_certificate_scheme_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_certificate_decision_id")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
    )
    op.create_index(op.f("ix_certificate_agency_id"), "certificate", ["agency_id"], unique=False)
    op.create_index(op.f("ix_certificate_state"), "certificate", ["state"], unique=False)
    op.create_index(
        "uq_certificate_living",
        "certificate",
        ["agency_id"],
        unique=True,
        postgresql_where="state IN ('active', 'suspended')",
    )
    op.create_table(
        "verdict",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("scheme_version_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id", "scheme_version_id"],
            ["audit.id", "audit.scheme_version_id"],
            name=op.f("fk_verdict_audit_id_scheme_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["audit_id", "unit", "reference"],
            ["sampled_unit.audit_id", "sampled_unit.unit", "sampled_unit.reference"],
            name=op.f("fk_verdict_audit_id_unit_reference"),
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_verdict_recorded_by")),
        sa.ForeignKeyConstraint(
            ["scheme_version_id", "requirement_code"],
            ["requirement.scheme_version_id", "requirement.code"],
            name=op.f("fk_verdict_scheme_version_id_requirement_code"),
        ),
        sa.PrimaryKeyConstraint("audit_id", "requirement_code", "unit", "reference", name=op.f("pk_verdict")),
    )
    op.create_table(
        "certificate_change",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("move", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issuing",
                "active",
                "suspended",
                "withdrawn",
                "replaced",
                name="certificatestate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('issuing', 'active', 'suspended', 'withdrawn', 'replaced')",
            name=op.f("ck_certificate_change_state"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_certificate_change_agency_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_change_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_change")),
    )
    op.create_index(op.f("ix_certificate_change_agency_id"), "certificate_change", ["agency_id"], unique=False)
    op.create_index(
        op.f("ix_certificate_change_certificate_id"), "certificate_change", ["certificate_id"], unique=False
    )
    op.create_table(
        "register_entry",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("legal_name", sa.String(), nullable=False),
        sa.Column("trade_names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("former_names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "issuing",
                "active",
                "suspended",
                "withdrawn",
                "replaced",
                name="certificatestate",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("conditional", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("certificate_id", sa.Uuid(), nullable=True),
        sa.Column("certificate_number", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scheme", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("near", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('issuing', 'active', 'suspended', 'withdrawn', 'replaced')", name=op.f("ck_register_entry_state")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_register_entry_agency_id")),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_register_entry_certificate_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_register_entry_public_id")),
    )
    op.create_index(
        "ix_register_entry_folded",
        "register_entry",
        ["folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    op.create_index("ix_register_entry_near", "register_entry", ["near"], unique=False, postgresql_using="gin")
    op.create_index("ix_register_entry_numbers", "register_entry", ["numbers"], unique=False, postgresql_using="gin")
    op.create_index("ix_register_entry_order", "register_entry", ["sort_name", "public_id"], unique=False)
    op.create_index("ix_register_entry_status", "register_entry", ["state", "valid_until"], unique=False)
    op.create_index("ix_register_entry_updated_at", "register_entry", ["updated_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_register_entry_updated_at", table_name="register_entry")
    op.drop_index("ix_register_entry_status", table_name="register_entry")
    op.drop_index("ix_register_entry_order", table_name="register_entry")
    op.drop_index("ix_register_entry_numbers", table_name="register_entry", postgresql_using="gin")
    op.drop_index("ix_register_entry_near", table_name="register_entry", postgresql_using="gin")
    op.drop_index(
        "ix_register_entry_folded",
        table_name="register_entry",
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    op.drop_table("register_entry")
    op.drop_index(op.f("ix_certificate_change_certificate_id"), table_name="certificate_change")
    op.drop_index(op.f("ix_certificate_change_agency_id"), table_name="certificate_change")
    op.drop_table("certificate_change")
    op.drop_table("verdict")
    op.drop_index(
        "uq_certificate_living", table_name="certificate", postgresql_where="state IN ('active', 'suspended')"
    )
    op.drop_index(op.f("ix_certificate_state"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_agency_id"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_table("sampled_unit")
    op.drop_table("population")
    op.drop_index(op.f("ix_finding_audit_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_index(op.f("ix_decision_agency_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_table("audit_participant")
    op.drop_index("ix_evidence_application_id_requirement_code", table_name="evidence")
    op.drop_table("evidence")
    op.drop_index("uq_audit_live", table_name="audit", postgresql_where="state <> 'cancelled'")
    op.drop_index(op.f("ix_audit_state"), table_name="audit")
    op.drop_index(op.f("ix_audit_inspector_id"), table_name="audit")
    op.drop_index(op.f("ix_audit_agency_id"), table_name="audit")
    op.drop_table("audit")
    op.drop_table("answer")
    op.drop_index("uq_tie_person_id_agency_id", table_name="tie")
    op.drop_index(op.f("ix_tie_agency_id"), table_name="tie")
    op.drop_table("tie")
    op.drop_table("person_role")
    op.drop_index(op.f("ix_mail_token_person_id"), table_name="mail_token")
    op.drop_table("mail_token")
    op.drop_index(op.f("ix_login_session_person_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_table("credential")
    op.drop_index(
        "uq_application_open", table_name="application", postgresql_where="state IN ('accepted', 'draft', 'submitted')"
    )
    op.drop_index(op.f("ix_application_state"), table_name="application")
    op.drop_index(op.f("ix_application_agency_id"), table_name="application")
    op.drop_table("application")
    op.drop_table("requirement")
    op.drop_index(op.f("ix_person_agency_id"), table_name="person")
    op.drop_table("person")
    op.drop_index("uq_document_once", table_name="document", postgresql_where="kind <> 'audit_report'")
    op.drop_index("ix_document_kind_subject_id", table_name="document")
    op.drop_index(op.f("ix_document_agency_id"), table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_controller_agency_id"), table_name="controller")
    op.drop_table("controller")
    op.drop_index(op.f("ix_contact_agency_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_branch_agency_id"), table_name="branch")
    op.drop_table("branch")
    op.drop_table("scheme_version")
    op.drop_index("ix_outbox_waiting", table_name="outbox", postgresql_where="done_at IS NULL AND failed_at IS NULL")
    op.drop_table("outbox")
    op.drop_table("login_brake")
    op.drop_index(op.f("ix_event_subject_id"), table_name="event")
    op.drop_index(op.f("ix_event_agency_id"), table_name="event")
    op.drop_table("event")
    op.drop_table("counter")
    op.drop_index("uq_agency_register", table_name="agency")
    op.drop_table("agency")
