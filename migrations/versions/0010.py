"""Walls come from files from here on, and the tables say which code they still serve."""

from types import ModuleType

import sqlalchemy as sa
from alembic import op

from migrations.raising import remove_walls

revision = "0010"
down_revision = "0009"
serves = "0010"


def upgrade() -> None:
    op.add_column("alembic_version", sa.Column("serves", sa.Text(), nullable=True))


def downgrade() -> None:
    remove_walls(op.get_bind())
    op.drop_column("alembic_version", "serves")
    second, fourth, fifth, sixth = (_migration(each) for each in ("0002", "0004", "0005", "0006"))
    eighth, ninth = _migration("0008"), _migration("0009")
    says = ninth.SAID.format(filled=ninth.FILLED, new=", NEW.scope", old=", OLD.scope")
    for function in (second.REFUSE, second.ROLE_FITS, second.NO_TIE, second.DECISION, fifth.SIGNED_AGAIN, says):
        op.execute(function)
    for table, name, when, function in second.TRIGGERS:
        op.execute(f"CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    for table in (*fourth.APPEND_ONLY, "document_stamp"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    sixth.upgrade()
    for trigger in eighth.TRIGGERS:
        op.execute(trigger)


def _migration(revision: str) -> ModuleType:
    """A migration from before: what it says never changes, so this one need not say it again."""
    script = op.get_context().script
    found = script.get_revision(revision) if script else None
    if found is None:
        raise LookupError(revision)
    return found.module
