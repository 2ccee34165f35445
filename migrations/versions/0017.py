"""Acceptances of the certification agreement, and the digest of the agreement of a scheme version."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
serves = "0016"  # older code neither shows nor asks for an agreement, and uses versions without one


def upgrade() -> None:
    op.add_column("scheme_version", sa.Column("agreement_sha256", sa.String(), nullable=True))
    op.create_table(
        "agreement_acceptance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=False),
        sa.Column("accepted_name", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["accepted_by"], ["person.id"], name=op.f("fk_agreement_acceptance_accepted_by")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_agreement_acceptance_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "agency_id"],
            ["application.id", "application.agency_id"],
            name="fk_agreement_acceptance_agency",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_acceptance")),
        sa.UniqueConstraint("application_id", "sha256", name=op.f("uq_agreement_acceptance_application_id_sha256")),
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS audit_agreement ON audit")
    op.execute("DROP FUNCTION IF EXISTS check_agreement()")
    op.drop_table("agreement_acceptance")
    op.drop_column("scheme_version", "agreement_sha256")
