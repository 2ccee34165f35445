"""What is only ever added to cannot be emptied either: a trigger for each row does not see TRUNCATE."""

from alembic import op

revision = "0006"
down_revision = "0005"

KEPT = (
    *("event", "decision", "certificate", "certificate_change", "document", "document_stamp", "tie"),
    *("audit_participant", "scheme_version", "requirement", "population", "sampled_unit"),
    *("ledger_entry", "ledger_node", "checkpoint", "cosignature"),
)


def upgrade() -> None:
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_whole ON {table}")
