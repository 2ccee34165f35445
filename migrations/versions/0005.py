"""Credentials: what was signed about a certificate, its place in the status lists, and the lists themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Certificates from before get a place too, drawn from lists that are at most half full, as later ones are.
DRAW = """
UPDATE certificate SET status_index = drawn.place
FROM (SELECT id, row_number() OVER () AS turn FROM certificate) AS waiting
JOIN (SELECT place, row_number() OVER (ORDER BY random()) AS turn
      FROM generate_series(0, (SELECT 131072 * (count(*) / 65536 + 1) FROM certificate) - 1) AS place) AS drawn
  USING (turn)
WHERE waiting.id = certificate.id
"""

GRANTED = """
  IF NOT EXISTS (SELECT FROM decision
                 WHERE id = NEW.decision_id AND agency_id = NEW.agency_id AND outcome <> 'refuse') THEN
    RAISE EXCEPTION 'a certificate needs a grant' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted';
  END IF;
"""
BEFORE = f"""
CREATE OR REPLACE FUNCTION check_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{GRANTED}
  IF TG_OP = 'UPDATE' AND (NEW.number, NEW.decision_id, NEW.valid_from, NEW.valid_until, NEW.printed)
     IS DISTINCT FROM (OLD.number, OLD.decision_id, OLD.valid_from, OLD.valid_until, OLD.printed) THEN
    RAISE EXCEPTION 'what a certificate says is fixed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""
# A place in the lists is given once. What was signed may come later, and stays unless another key signs it anew: the
# first part of the text names the key.
SIGNED_AGAIN = """
CREATE FUNCTION signed_again(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT before IS NOT NULL
     AND (after IS NULL OR (after <> before AND split_part(after, '.', 1) = split_part(before, '.', 1)))
$$
"""
AFTER = f"""
CREATE OR REPLACE FUNCTION check_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{GRANTED}
  IF TG_OP = 'UPDATE' AND (
       (NEW.number, NEW.decision_id, NEW.valid_from, NEW.valid_until, NEW.printed, NEW.status_index)
       IS DISTINCT FROM (OLD.number, OLD.decision_id, OLD.valid_from, OLD.valid_until, OLD.printed, OLD.status_index)
       OR signed_again(OLD.credential, NEW.credential) OR signed_again(OLD.badge, NEW.badge)) THEN
    RAISE EXCEPTION 'what a certificate says is fixed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    for column in (
        sa.Column("status_index", sa.Integer(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("badge", sa.Text(), nullable=True),
    ):
        op.add_column("certificate", column)
    op.execute(DRAW)
    op.alter_column("certificate", "status_index", nullable=False)
    op.create_unique_constraint(op.f("uq_certificate_status_index"), "certificate", ["status_index"])
    op.execute(SIGNED_AGAIN)
    op.execute(AFTER)
    op.create_table(
        "status_list",
        sa.Column(
            "purpose",
            sa.Enum("revocation", "suspension", name="statuspurpose", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("bits_sha256", sa.String(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('revocation', 'suspension')", name=op.f("ck_status_list_purpose")),
        sa.PrimaryKeyConstraint("purpose", "number", name=op.f("pk_status_list")),
    )


def downgrade() -> None:
    op.drop_table("status_list")
    op.execute(BEFORE)
    op.execute("DROP FUNCTION signed_again(text, text)")
    op.drop_constraint(op.f("uq_certificate_status_index"), "certificate")
    for column in ("badge", "credential", "status_index"):
        op.drop_column("certificate", column)
