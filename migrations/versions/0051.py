"""Close an accepted application without a decision."""

from alembic import op

revision = "0051"
down_revision = "0050"
serves = "0051"  # older code does not know the state of a closed application

BEFORE = "'draft', 'submitted', 'accepted', 'refused', 'withdrawn', 'concluded'"


def upgrade() -> None:
    _allow(f"{BEFORE}, 'closed'")


def downgrade() -> None:
    """Go back. What the office closed counts as withdrawn."""
    for name in ("application_ending", "application_flow", "application_last", "application_trace"):
        op.execute(f"DROP TRIGGER IF EXISTS {name} ON application")
    op.execute("UPDATE application SET state = 'withdrawn' WHERE state = 'closed'")
    _allow(BEFORE)


def _allow(states: str) -> None:
    op.drop_constraint(op.f("ck_application_state"), "application")
    op.create_check_constraint(op.f("ck_application_state"), "application", f"state IN ({states})")
