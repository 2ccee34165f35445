"""Keep what authorities tell the office about an agency, and until when it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
serves = "0091"  # this one only adds

SOURCES = (
    "labour_inspectorate", "admission", "tax", "social_insurance", "municipality", "police", "collective_agreement",
    "abroad", "other",
)  # fmt: skip
ABOUT = ("pay", "papers", "housing", "safety", "treatment", "certificate", "other")


def upgrade() -> None:
    op.create_table(
        "authority_signal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), server_default="", nullable=False),
        _one_of("source", SOURCES),
        _one_of("about", ABOUT),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name=op.f("ck_authority_signal_text")),
        sa.CheckConstraint("char_length(reference) <= 100", name=op.f("ck_authority_signal_reference")),
        sa.CheckConstraint("until >= received_on", name=op.f("ck_authority_signal_until")),
        sa.CheckConstraint("num_nulls(ended_by, ended_at) IN (0, 2)", name=op.f("ck_authority_signal_ended_whole")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because = '')", name=op.f("ck_authority_signal_ended_because")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_authority_signal_{column}"))
            for column, table in (("agency_id", "agency"), ("noted_by", "person"), ("ended_by", "person"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_signal")),
        if_not_exists=True,
    )
    op.create_index("ix_authority_signal_agency", "authority_signal", ["agency_id", "until"], if_not_exists=True)


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_authority_signal_{column}"))


def downgrade() -> None:
    """Go back. What authorities told is lost."""
    op.execute("DROP TABLE IF EXISTS authority_signal CASCADE")
