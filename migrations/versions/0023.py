"""State the scope with an application, and keep with a decision what it grants of it.

Applications that were submitted get the scope that their certificate has, or else what the agency says now.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations import online

revision = "0023"
down_revision = "0022"
serves = "0019"  # triggers fill in both columns for older code

SCOPE = """
jsonb_build_object('activities', g.activities, 'sectors', g.sectors, 'own_housing', g.own_housing,
                   'recruitment_countries', g.recruitment_countries, 'housing_places', g.housing_places)
"""
STATED = f"""
UPDATE application SET scope = {SCOPE} || coalesce(certified.scope, '{{{{}}}}')
FROM application p JOIN agency g ON g.id = p.agency_id LEFT JOIN
  (SELECT a.application_id, c.scope
   FROM audit a JOIN decision d ON d.audit_id = a.id JOIN certificate c ON c.decision_id = d.id) certified
  ON certified.application_id = p.id
WHERE p.id = application.id AND (p.submitted_at IS NOT NULL OR p.state NOT IN ('draft', 'withdrawn'))
  AND application.scope IS NULL AND {{batch}}
"""


def upgrade() -> None:
    for table in ("application", "decision"):
        op.add_column(table, sa.Column("scope", JSONB(), nullable=True), if_not_exists=True)
    online.commit()
    online.fill("application", STATED, kept=True)
    known = "CHECK (scope IS NOT NULL OR state IN ('draft', 'withdrawn'))"
    online.constrain("application", "ck_application_scope", known)


def downgrade() -> None:
    """Go back. What a decider declined is lost; certificates keep what they cover."""
    op.execute("DROP TRIGGER IF EXISTS application_scope ON application")
    op.execute("DROP TRIGGER IF EXISTS decision_grants ON decision")
    op.drop_constraint("ck_application_scope", "application")
    op.drop_column("decision", "scope")
    op.drop_column("application", "scope")
