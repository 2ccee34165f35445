"""Generate the triggers that follow from the workflows: `python -m migrations.flows` writes migrations/walls/flow_*.sql.

For each table: states change only along the moves of its flow, rows begin in its initial state and do not change in a
final one, and every change needs its event, which is checked when the transaction ends. The owner of the tables is
exempt, because only migrations run as owner. See docs/decisions/0013.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from audits.applications.workflow import APPLICATION_FLOW
from audits.changes.workflow import CHANGE_FLOW
from audits.conditions.workflow import CONDITION_FLOW
from audits.core.flow import Flow
from audits.disputes.workflow import APPEAL_FLOW
from audits.inspections.workflow import AUDIT_FLOW, FINDING_FLOW
from audits.links.workflow import LINK_FLOW
from certificates.lifecycle.workflow import CERTIFICATE_FLOW

FOLDER = Path(__file__).parent / "walls"
BOUND = "CURRENT_USER <> 'kw_owner'"
EXECUTE = "FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {function};"


@dataclass(frozen=True, slots=True)
class Course:
    """A table with a flow, and the check of its changes."""

    table: str
    flow: Flow[Any]
    traced: str  # the trigger function that requires the event of a change
    watched: tuple[str, ...] = ()  # the columns whose change needs it; all if empty
    holder: str = ""  # the column of the person whose work it is, if a function shall say what somebody has in hand


COURSES = (
    Course("application", APPLICATION_FLOW, "need_event"),
    Course("audit", AUDIT_FLOW, "need_event", holder="inspector_id"),
    Course("finding", FINDING_FLOW, "need_event"),
    Course("agency_change", CHANGE_FLOW, "need_event"),
    Course("link_report", LINK_FLOW, "need_event"),
    Course("condition", CONDITION_FLOW, "need_event"),
    Course("appeal", APPEAL_FLOW, "need_event"),
    # Signatures of a certificate may be added later, without a move.
    Course(
        "certificate",
        CERTIFICATE_FLOW,
        "need_change_row",
        ("state", "conditional", "conditions", "valid_from", "valid_until", "issued_at"),
    ),
)


def text_of(course: Course) -> str:
    """Return the content of the file of one table."""
    head = f"-- Made from the workflow of {course.table} by migrations/flows.py; change it there."
    return "\n".join([head, *_triggers(course), *([_in_hand(course)] if course.holder else []), ""])


def path_of(course: Course) -> Path:
    """Return the path of that file."""
    return FOLDER / f"flow_{course.table}.sql"


def _triggers(course: Course) -> list[str]:
    table, flow = course.table, course.flow
    pairs = sorted({(a.value, m.target.value) for m in flow.moves.values() for a in m.sources if a != m.target})
    allowed = ", ".join(f"('{before}', '{after}')" for before, after in pairs)
    moved = f"OLD.state IS DISTINCT FROM NEW.state AND (OLD.state, NEW.state) NOT IN ({allowed})"
    return [
        _trigger(f"{table}_flow", "BEFORE UPDATE", table, moved, "refuse_move()"),
        _trigger(f"{table}_born", "BEFORE INSERT", table, f"NEW.state <> '{flow.initial.value}'", "refuse_move()"),
        _trigger(f"{table}_last", "BEFORE UPDATE", table, f"OLD.state IN ({_last(flow)})", "refuse_last()"),
        _trace(course),
    ]


def _in_hand(course: Course) -> str:
    """Return the function that lists the references of what a person must still finish.

    With the eyes of the owner: administrators, who end accounts, do not see cases.
    """
    table, last = course.table, _last(course.flow)
    return (
        f"CREATE OR REPLACE FUNCTION {table}s_in_hand(person uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER"
        f" SET search_path TO 'public', 'pg_temp' AS $$\n  SELECT ARRAY(SELECT reference FROM {table}"
        f" WHERE {course.holder} = person AND state NOT IN ({last}) ORDER BY reference)\n$$;"
    )


def _trace(course: Course) -> str:
    columns = course.watched
    when = f"(OLD.{', OLD.'.join(columns)}) IS DISTINCT FROM (NEW.{', NEW.'.join(columns)})" if columns else ""
    made = _trigger(f"{course.table}_trace", "AFTER UPDATE", course.table, when, f"{course.traced}()", deferred=True)
    return made.replace("CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER")


def _trigger(name: str, moment: str, table: str, when: str, function: str, *, deferred: bool = False) -> str:
    bound = f"{BOUND} AND {when}" if when else BOUND
    late = "DEFERRABLE INITIALLY DEFERRED " if deferred else ""
    return f"CREATE TRIGGER {name} {moment} ON {table} {late}" + EXECUTE.format(when=bound, function=function)


def _last(flow: Flow[Any]) -> str:
    left: set[StrEnum] = {source for move in flow.moves.values() for source in move.sources}
    return ", ".join(f"'{state.value}'" for state in flow.states if state not in left)


if __name__ == "__main__":
    for each in COURSES:
        path_of(each).write_text(text_of(each))
