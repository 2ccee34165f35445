"""Let an agency read the days and the team of an audit that it knows of: the walls alone change."""

revision = "0118"
down_revision = "0117"
serves = "0091"  # this one only adds


def upgrade() -> None:
    """Leave all tables as they are; the policies are raised after it."""


def downgrade() -> None:
    """Leave all tables as they are."""
