"""The walls of the database: statements that the code never sends, and that the database must refuse.

The statements and their expected answers are in tests/kit/statements*.py.
"""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audits.core.access import Role
from audits.core.db import Base
from migrations import raising
from migrations.policies import POLICIES
from portal.stores.roles import APP, REGISTER, WORKER
from portal.work import jobs, schedule
from tests.kit.factories import make_agency, make_person
from tests.kit.statement_parts import NO_RIGHT
from tests.kit.statements import ABOUT_CASES
from tests.kit.statements_about_appeals import ABOUT_APPEALS
from tests.kit.statements_about_changes import ABOUT_CHANGES
from tests.kit.statements_about_complaints import ABOUT_COMPLAINTS
from tests.kit.statements_about_conditions import ABOUT_CONDITIONS
from tests.kit.statements_about_cycles import ABOUT_CYCLES
from tests.kit.statements_about_deciders import ABOUT_DECIDERS
from tests.kit.statements_about_draws import ABOUT_DRAWS
from tests.kit.statements_about_entries import ABOUT_ENTRIES
from tests.kit.statements_about_findings import ABOUT_FINDINGS
from tests.kit.statements_about_following import ABOUT_FOLLOWING
from tests.kit.statements_about_holders import ABOUT_HOLDERS
from tests.kit.statements_about_letters import ABOUT_LETTERS
from tests.kit.statements_about_links import ABOUT_LINKS
from tests.kit.statements_about_messages import ABOUT_MESSAGES
from tests.kit.statements_about_notes import ABOUT_NOTES
from tests.kit.statements_about_people import ABOUT_PEOPLE
from tests.kit.statements_about_plans import ABOUT_PLANS
from tests.kit.statements_about_pleas import ABOUT_PLEAS
from tests.kit.statements_about_remarks import ABOUT_REMARKS
from tests.kit.statements_about_reports import ABOUT_REPORTS
from tests.kit.statements_about_requests import ABOUT_REQUESTS
from tests.kit.statements_about_sharing import ABOUT_SHARING
from tests.kit.statements_about_signals import ABOUT_SIGNALS
from tests.kit.statements_about_vault import ABOUT_VAULT
from tests.kit.statements_allowed import LAWFUL
from tests.kit.statements_of_others import SEEN_BY_OTHERS, WRITTEN_BY_OTHERS

MODELS = (jobs, schedule)  # imported so that the metadata is whole
SUBJECTS = {
    "cases": ABOUT_CASES,
    "findings": ABOUT_FINDINGS,
    "appeals": ABOUT_APPEALS,
    "changes": ABOUT_CHANGES,
    "complaints": ABOUT_COMPLAINTS,
    "conditions": ABOUT_CONDITIONS,
    "cycles": ABOUT_CYCLES,
    "deciders": ABOUT_DECIDERS,
    "draws": ABOUT_DRAWS,
    "entries": ABOUT_ENTRIES,
    "following": ABOUT_FOLLOWING,
    "holders": ABOUT_HOLDERS,
    "letters": ABOUT_LETTERS,
    "links": ABOUT_LINKS,
    "notes": ABOUT_NOTES,
    "signals": ABOUT_SIGNALS,
    "messages": ABOUT_MESSAGES,
    "people": ABOUT_PEOPLE,
    "remarks on questions": ABOUT_REMARKS,
    "requests": ABOUT_REQUESTS,
    "reports": ABOUT_REPORTS,
    "sharing": ABOUT_SHARING,
    "plans": ABOUT_PLANS,
    "pleas": ABOUT_PLEAS,
    "vault": ABOUT_VAULT,
    "seen by others": SEEN_BY_OTHERS,
    "written by others": WRITTEN_BY_OTHERS,
}
ALL = [attack for attacks in SUBJECTS.values() for attack in attacks]


@pytest.mark.parametrize("attacks", SUBJECTS.values(), ids=SUBJECTS)
@pytest.mark.parametrize("role", [APP, WORKER, REGISTER])
def test_what_must_not_be_is_refused(world, attacks, role):
    """All statements about a subject in one test: there are hundreds, and each takes a few milliseconds."""
    answers = [(each.name, each.by, world.attempt(role, each.statement, each.by)) for each in attacks]
    assert answers == [(each.name, each.by, each.answer(role)) for each in attacks]


def test_there_are_enough_attacks_and_no_two_are_the_same():
    assert len({(attack.by, attack.statement) for attack in ALL}) == len(ALL) >= 200


@pytest.mark.parametrize("role", [APP, WORKER])
def test_what_may_be_passes_the_same_walls(world, role):
    answers = [(by, statement, world.attempt(role, statement, by)) for by, statement in LAWFUL]
    assert [each for each in answers if each[2] != "rows"] == []
    assert len(answers) > 20


def test_whichever_wall_falls_one_of_the_statements_passes(world):
    """Every trigger and policy stands alone for something: without it at least one line above has another answer."""
    walls = raising.wanted()
    unnoticed = [wall.place for wall in walls if _alone(wall) and not _is_missed(world, wall, walls)]
    assert "\n".join(unnoticed) == ""
    with world.owner.begin() as connection:
        assert raising.raise_walls(connection) == []  # all stand again


def _alone(wall):
    """Whether no other wall says the same: history is kept by rights too, and some policies repeat that for reading."""
    if wall.kind == "POLICY":
        kind = wall.name.removeprefix(f"{wall.table}_").upper()
        policy = next(each for each in POLICIES if each.table == wall.table)
        repeated = kind == "UPDATE" and policy.ways["UPDATE"] == policy.ways["SELECT"]
        return kind not in {"WORKER", "REGISTER"} and not repeated and policy.ways[kind] != "true"
    return wall.kind == "TRIGGER" and not wall.name.endswith(("_kept", "_whole", "_side"))


def _is_missed(world, wall, walls):
    statement = walls[wall]
    with world.owner.begin() as connection:
        connection.execute(text(f"DROP {wall.place}"))
        if wall.kind == "POLICY":  # without one nobody would pass
            head, clause, _ = re.split(r" (USING|WITH CHECK) ", statement, maxsplit=1)
            connection.execute(text(f"{head} {clause} (true)"))
    try:
        return any(
            world.attempt(role, attack.statement, attack.by) != attack.answer(role)
            for attack in sorted(ALL, key=lambda attack: not _is_refused_by(attack, wall, walls))
            if wall.table in attack.statement or attack.app.startswith(wall.table)
            for role in (APP, WORKER)
        )
    finally:
        with world.owner.begin() as connection:
            connection.execute(text(f"DROP {wall.place}")) if wall.kind == "POLICY" else None
            raising._run(connection, statement)
            raising._run(connection, f"COMMENT ON {wall.place} IS '{raising._mark(statement)}'")


def _is_refused_by(attack, wall, walls):
    """Whether a statement likely has its answer from this wall; that one is tried first."""
    if wall.kind == "POLICY":
        return attack.app in {"none", NO_RIGHT} and re.search(
            rf"(UPDATE|DELETE FROM|FROM|INTO) {wall.table}\b", attack.statement
        )
    function = re.search(r"EXECUTE FUNCTION (\w+)", walls[wall])[1]
    said = walls[wall] + walls[raising.Name("FUNCTION", function, None)]
    return wall.name in {attack.app, attack.worker} or f"'{attack.app}'" in said or f"'{attack.worker}'" in said


@pytest.mark.parametrize("role", [APP, WORKER, REGISTER])
def test_no_table_lets_everything_pass(world, role):
    """No table is emptied, no row gets another key, and rows are removed from the tables of this list only."""
    keys = {name: next(iter(table.primary_key)).name for name, table in Base.metadata.tables.items()}
    assert len(keys) > 40
    for table, key in keys.items():
        assert world.attempt(role, f"TRUNCATE {table}") == NO_RIGHT, table
        assert world.attempt(role, f'UPDATE {table} SET "{key}" = "{key}"') == NO_RIGHT, table
    removable = {"branch", "calendar_feed", "contact", "controller", "login_brake", "person_role"}
    of_worker = {
        "address_change",
        "file_check",
        "follow",
        "held_form",
        "login_session",
        "mail_token",
        "register_slip",
        "security_event",
    }
    of_worker |= {"note_tally", "requirement_tally"}  # counted anew
    of_worker |= {"authority_signal", "outbox", "sent_message", "staff_note", "webhook_call"}
    removable |= {"list_offer"} | (of_worker if role == WORKER else set())
    passed = {table for table in keys if world.attempt(role, f"DELETE FROM {table}") != NO_RIGHT}
    assert passed == (set() if role == REGISTER else removable)


# What is only added to: these triggers bind the owner too.

KEPT = ["event", "decision", "certificate_change", "document", "tie", "audit_participant"]
KEPT += ["decision_ground", "decision_basis", "decision_proposal"]
KEPT += ["fixed_list", "draw_secret", "draw_value"]
KEPT += ["sealed_entry", "entry_receipt"]
KEPT += ["ledger_entry", "ledger_node", "checkpoint", "cosignature", "document_stamp"]


@pytest.mark.parametrize("table", KEPT)
def test_history_has_a_trigger_that_refuses_change(session, table):
    found = session.execute(
        text("SELECT tgtype FROM pg_trigger WHERE tgrelid = cast(:table AS regclass) AND tgname LIKE '%kept'"),
        {"table": table},
    ).scalars()
    update_or_delete_before_row = 2 + 1 + 8 + 16
    assert update_or_delete_before_row in list(found)


def test_not_even_the_owner_moves_somebody_to_another_side(session):
    person = make_person(session, Role.DECIDER)
    with pytest.raises(IntegrityError, match="can no longer be changed"), session.begin_nested():
        session.execute(text("UPDATE person SET agency_id = :id WHERE id = :person"),
                        {"id": make_agency(session).id, "person": person.id})  # fmt: skip


@pytest.mark.parametrize("table", [*KEPT, "certificate", "scheme_version", "requirement", "population", "sampled_unit"])
def test_history_cannot_be_emptied_at_once(session, table):
    with pytest.raises(IntegrityError, match="is append-only"), session.begin_nested():
        session.execute(text(f"TRUNCATE {table} CASCADE"))
