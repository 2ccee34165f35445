"""Name in a decision after an upheld appeal the decision that it comes in place of."""

import sqlalchemy as sa
from alembic import op

from migrations.online import constrain

revision = "0109"
down_revision = "0108"
serves = "0091"  # this one only adds


def upgrade() -> None:
    op.add_column("decision", sa.Column("replaces_decision_id", sa.Uuid(), nullable=True), if_not_exists=True)
    name, target = "fk_decision_replaces_decision_id", "FOREIGN KEY (replaces_decision_id) REFERENCES decision (id)"
    constrain("decision", name, target)


def downgrade() -> None:
    """Go back. Which decision another came in place of is lost; its letter says it."""
    op.execute("DROP TRIGGER IF EXISTS decision_in_place ON decision")  # it names the column
    op.drop_column("decision", "replaces_decision_id", if_exists=True)
