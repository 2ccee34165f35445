"""Constraints, triggers and grants of the database, independent of the code."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

KEPT = ["event", "decision", "certificate_change", "document", "tie", "audit_participant"]
KEPT += ["ledger_entry", "ledger_node", "checkpoint", "cosignature", "document_stamp"]


@pytest.mark.parametrize("table", KEPT)
def test_history_has_a_trigger_that_refuses_change(session, table):
    found = session.execute(
        text("SELECT tgtype FROM pg_trigger WHERE tgrelid = cast(:table AS regclass) AND tgname LIKE '%kept'"),
        {"table": table},
    ).scalars()
    update_or_delete_before_row = 2 + 1 + 8 + 16
    assert update_or_delete_before_row in list(found)


@pytest.mark.parametrize("table", [*KEPT, "certificate", "scheme_version", "requirement", "population", "sampled_unit"])
def test_history_cannot_be_emptied_at_once(session, table):
    with pytest.raises(IntegrityError, match="is append-only"), session.begin_nested():
        session.execute(text(f"TRUNCATE {table} CASCADE"))
