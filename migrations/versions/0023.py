"""State the scope with an application, and keep with a decision what it grants of it.

Applications that were submitted get the scope that their certificate has, or else what the agency says now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
serves = "0019"  # triggers fill in both columns for older code

SCOPE = """
jsonb_build_object('activities', g.activities, 'sectors', g.sectors, 'own_housing', g.own_housing,
                   'recruitment_countries', g.recruitment_countries, 'housing_places', g.housing_places)
"""
STATED = f"""
UPDATE application p SET scope = {SCOPE} || coalesce(
  (SELECT c.scope FROM audit a JOIN decision d ON d.audit_id = a.id JOIN certificate c ON c.decision_id = d.id
   WHERE a.application_id = p.id), '{{}}')
FROM agency g WHERE g.id = p.agency_id AND (p.submitted_at IS NOT NULL OR p.state NOT IN ('draft', 'withdrawn'))
"""


def upgrade() -> None:
    op.add_column("application", sa.Column("scope", JSONB(), nullable=True))
    op.add_column("decision", sa.Column("scope", JSONB(), nullable=True))
    op.execute("ALTER TABLE application DISABLE TRIGGER USER")
    op.execute(STATED)
    op.execute("ALTER TABLE application ENABLE TRIGGER USER")
    op.execute(
        "ALTER TABLE application ADD CONSTRAINT ck_application_scope"
        " CHECK (scope IS NOT NULL OR state IN ('draft', 'withdrawn')) NOT VALID"
    )
    op.execute("ALTER TABLE application VALIDATE CONSTRAINT ck_application_scope")


def downgrade() -> None:
    """Go back. What a decider declined is lost; certificates keep what they cover."""
    op.execute("DROP TRIGGER IF EXISTS application_scope ON application")
    op.execute("DROP TRIGGER IF EXISTS decision_grants ON decision")
    op.drop_constraint("ck_application_scope", "application")
    op.drop_column("decision", "scope")
    op.drop_column("application", "scope")
