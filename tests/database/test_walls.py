"""The walls of the database: statements that the code never sends, and that the database must refuse.

The statements and their expected answers are in tests/kit/statements.py.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from audits.core.db import Base
from portal.stores.roles import APP, REGISTER, WORKER
from portal.work import jobs, schedule
from tests.kit.statements import ATTACKS, LAWFUL, NO_RIGHT
from tests.kit.world import make_world

MODELS = (jobs, schedule)  # imported so that the metadata is whole


@pytest.fixture(scope="module")
def world(servers):
    """A database of its own with a case in every state, and an engine for each role."""
    owned = servers.clone("walls")
    engine = create_engine(owned)
    with Session(engine) as session:
        keys = make_world(session)
        session.commit()
    engine.dispose()
    engines = {role: create_engine(servers.url_as(owned, role)) for role in (APP, WORKER, REGISTER)}
    yield World(engines, keys)
    for each in engines.values():
        each.dispose()
    servers.drop("walls")


@dataclass
class World:
    engines: dict[str, Any]
    keys: dict[str, Any]

    def attempt(self, role: str, statement: str) -> str:
        """What the database says to it: a wall, an SQLSTATE, or whether rows were touched. Nothing of it stays."""
        with self.engines[role].connect() as connection:
            try:
                connection.execute(text("SET TRANSACTION READ WRITE"))
                for part in statement.split("; "):
                    done = connection.execute(text(part), self.keys)
                connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            except DBAPIError as error:
                refusal = error.orig
                return getattr(refusal.diag, "constraint_name", None) or refusal.sqlstate
            finally:
                connection.rollback()
            return "rows" if done.rowcount else "none"


@pytest.mark.parametrize("role", [APP, WORKER, REGISTER])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_what_must_not_be_is_refused(world, attack, role):
    assert world.attempt(role, attack.statement) == attack.answer(role)


def test_there_are_enough_attacks_and_no_two_are_the_same():
    assert len({attack.statement for attack in ATTACKS}) == len(ATTACKS) >= 100


@pytest.mark.parametrize("role", [APP, WORKER])
@pytest.mark.parametrize(("name", "statement"), LAWFUL, ids=[name for name, _ in LAWFUL])
def test_what_may_be_passes_the_same_walls(world, name, statement, role):
    assert world.attempt(role, statement) == "rows"


@pytest.mark.parametrize("role", [APP, WORKER, REGISTER])
@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_no_table_lets_everything_pass(world, table, role):
    """No table is emptied, no row gets another key, and rows are removed from the tables of this list only."""
    key = next(iter(Base.metadata.tables[table].primary_key)).name
    assert world.attempt(role, f"TRUNCATE {table}") == NO_RIGHT
    assert world.attempt(role, f'UPDATE {table} SET "{key}" = "{key}"') == NO_RIGHT
    removable = {"branch", "contact", "controller", "finding", "login_brake", "person_role"}
    removable |= {"login_session", "mail_token"} if role == WORKER else set()
    refused = world.attempt(role, f"DELETE FROM {table}") == NO_RIGHT
    assert refused is (table not in removable or role == REGISTER)


# What is only added to: these triggers bind the owner too.

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
