"""Keep who plans and who audits apart, unless the body is a small one.

Where somebody has both roles when this comes, the body is one: nobody's work stops by an upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
serves = "0075"  # code before it may ask for both roles, and is refused

AS_IT_WAS = """
INSERT INTO small_body (allowed, because, said_at)
SELECT true, 'Somebody planned and audited when this setting came.', now()
WHERE EXISTS (SELECT FROM person_role p JOIN person_role i USING (person_id)
              WHERE p.role = 'planner' AND i.role = 'inspector')
  AND NOT EXISTS (SELECT FROM small_body)
"""


def upgrade() -> None:
    op.create_table(
        "small_body",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("because <> ''", name=op.f("ck_small_body_because")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_small_body")),
        if_not_exists=True,
    )
    op.execute(AS_IT_WAS)


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS person_role_apart ON person_role")
    op.execute("DROP TRIGGER IF EXISTS audit_planner ON audit")
    op.execute("DROP TRIGGER IF EXISTS team_member_planner ON team_member")
    op.drop_table("small_body")
