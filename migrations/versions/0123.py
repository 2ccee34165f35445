"""Keep a signal, a complaint and a list once, however often their page is sent: the walls alone change."""

revision = "0123"
down_revision = "0122"
serves = "0091"  # this one only adds


def upgrade() -> None:
    """Leave all tables as they are; the functions are raised after it."""


def downgrade() -> None:
    """Leave all tables as they are."""
