"""Add what the page of an entry says of its agency beside the certificate: telephone, website, last audit."""

from alembic import op

from migrations import online

revision = "0073"
down_revision = "0072"
serves = "0055"  # this one only adds

FILLED = """
UPDATE register_entry SET details = jsonb_build_object('phone', a.phone, 'website', a.website, 'last_audit', (
  SELECT jsonb_build_object('month', to_char(u.reported_at AT TIME ZONE 'Europe/Amsterdam', 'YYYY-MM'), 'kind', u.kind)
  FROM audit u WHERE u.agency_id = a.id AND u.state = 'concluded' AND u.reported_at IS NOT NULL
  ORDER BY u.reported_at DESC LIMIT 1))
FROM agency a WHERE a.id = register_entry.agency_id AND {batch}
"""


def upgrade() -> None:
    op.execute("ALTER TABLE register_entry ADD COLUMN IF NOT EXISTS details jsonb NOT NULL DEFAULT '{}'")
    online.commit()
    online.fill("register_entry", FILLED)


def downgrade() -> None:
    op.drop_column("register_entry", "details")
