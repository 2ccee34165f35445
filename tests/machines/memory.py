"""What was said and done in a life: that none of it is lost, and that the same moves lead to the same rows."""

# ruff: noqa: S608 - put together from names in the code, for a database of the tests

import re
from itertools import count

from sqlalchemy import text
from sqlalchemy.orm import Session

# What people said and what was decided: rows that are only ever added.
SAID = ["event", "event_note", "decision", "decision_ground", "decision_basis", "certificate_change", "document"]
SAID += ["hearing_statement", "tie", "verdict_change", "agency_change_file", "ledger_entry", "audit_participant"]
# Rows that move on, and what somebody said in them.
SAID_IN = {
    "condition_proof": "id, explanation, submitted_by",
    "corrective_action": "finding_id, round, cause, extent, solution, effectiveness, submitted_by",
    "agency_change": "id, before, after, explanation, reported_by",
    "decision_proposal": "id, kind, said, proposed_by",
    "finding": "id, number, observed, grade_found",
    "dispute": "id, reason, asked_by",
    "appeal": "id, decision_id, reasons, late_because, received_on, until, on_paper, lodged_by",
    "audit": "id, reference, planner_id",
    "certificate": "id, number, decision_id, scope, valid_from, valid_until",
}
# What two lives with the same moves share; ids differ, and so does what is drawn by lot.
TOLD = {
    "event": "name, actor_kind, data",
    "decision": "outcome, reasons, scope, excepted, effective_on, provisional, heard",
    "certificate": "number, state, conditional, conditions, scope, valid_from, valid_until",
    "certificate_change": "move, state, grounds, provisional, excepted",
    "condition": "position, text, due_on, state",
    "finding": "number, requirement_code, grade, grade_found, points, state, due_on",
    "audit": "reference, kind, state, score, planned_on",
    "application": "state, scope",
    "agency_change": "section, state, before, after",
    "appeal": "state, outcome, received_on",
    "deadline": "kind, from_on, due_on, owner_role, done_at IS NULL",
    "register_entry": "legal_name, listed, applied_on, state, conditional, provisional, since, certificate_number,"
    " valid_until, condition_terms, excepted",
    "ledger_entry": "index, type, number",
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def said_so_far(session: Session) -> set[str]:
    """Return a digest of every row that must never change."""
    parts = [f"SELECT '{table}' || md5(to_jsonb(t)::text) FROM {table} t" for table in SAID]
    parts += [f"SELECT '{table}' || md5(row({columns})::text) FROM {table}" for table, columns in SAID_IN.items()]
    return set(session.scalars(text(" UNION ALL ".join(parts))))


def told(session: Session) -> list[str]:
    """Return the rows of a life without ids and digests, in an order that does not depend on them."""
    parts = [
        f"SELECT '{table}: ' || to_jsonb(t)::text FROM (SELECT {columns} FROM {table}) t"
        for table, columns in TOLD.items()
    ]
    return sorted(_nameless(row) for row in session.scalars(text(" UNION ALL ".join(parts))))


def _nameless(row: str) -> str:
    """Return a row with its ids numbered in the order in which they stand in it."""
    numbers = count()
    known: dict[str, str] = {}
    named = _UUID.sub(lambda found: known.setdefault(found.group(), f"id {next(numbers)}"), row)
    return _DIGEST.sub("digest", named)
