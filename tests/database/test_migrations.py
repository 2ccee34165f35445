"""Migrations lead to the schema of models and walls, lose no data, and never stop half-way."""

import re
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.db import Base
from audits.core.events import history
from audits.core.files import StoredFile
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.rules import Outcome
from audits.inspections import queries, services
from audits.inspections.workflow import AuditState
from bench.migration import READ
from certificates.documents.models import Document
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.services import decide_on_audit, replace_document
from migrations import flows, raising
from portal.stores import database
from portal.stores.roles import EXTENSIONS
from tests.kit.factories import make_application, make_audit
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.documents import known
from tests.kit.factories.people import make_person
from tests.kit.schema import alembic, definition


@pytest.fixture
def empty_db(servers):
    name = uuid4().hex[:12]
    engine = create_engine(servers.empty(name))
    yield engine
    engine.dispose()
    servers.drop(name)


def revision(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def test_migrations_are_numbered_and_have_one_head(real_db):
    assert [ScriptDirectory.from_config(alembic(real_db)).get_current_head()] == [database.head()]


def test_migrations_go_down_and_up_again(real_db):
    command.downgrade(alembic(real_db), "base")
    with real_db.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one()
        assert left == 1  # alembic's own
        assert raising.existing(connection) == {}
    command.upgrade(alembic(real_db), "head")


def test_the_migrations_make_what_the_models_and_the_walls_say(real_db, empty_db):
    with empty_db.begin() as connection:
        for extension in EXTENSIONS:
            connection.execute(text(f"CREATE EXTENSION {extension}"))
        connection.execute(text("CREATE SCHEMA secret"))
        connection.execute(text("CREATE TABLE secret.actor (key bytea NOT NULL)"))
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num text, serves text)"))  # not compared
        raising.raise_walls(connection)
    assert definition(real_db) == definition(empty_db)


def test_alembic_finds_nothing_to_do(real_db):
    command.check(alembic(real_db))


def test_every_step_down_and_up_keeps_the_rows_and_ends_in_the_same_schema(real_db):
    """One command makes all steps, each in a transaction of its own."""
    with Session(real_db) as session:
        make_certificate(session)
        make_audit(session)
        session.commit()
    whole, before = definition(real_db), counts(real_db)
    command.downgrade(alembic(real_db), "0001")  # it makes the tables
    assert revision(real_db) == "0001"
    command.upgrade(alembic(real_db), "head")
    assert revision(real_db) == database.head()
    assert counts(real_db) == before
    assert definition(real_db) == whole


def counts(engine):
    """How many rows every table has that the first migration makes."""
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name in made_first()
        }


def made_first():
    """The tables that the first migration makes."""
    first = (Path(raising.__file__).parent / "versions" / "0001.py").read_text()
    made = set(re.findall(r'create_table\(\s*"(\w+)"', first))
    assert len(made) > 25
    return made


def test_documents_survive_the_way_down_and_up(real_db):
    with Session(real_db) as session:
        certificate = make_certificate(session)
        for name in ("first extract", "second extract"):
            known(session, certificate, name.encode(), "register_extract")
        old = (
            known(session, certificate, b"the first file")
            and session.scalars(select(Document).where(Document.kind == "certificate")).first()
        )
        replace_document(session, old.id, because="The key was lost.", sha256="ab" * 32, size=9)
        session.commit()
        before = set(session.scalars(select(Document.sha256)))
    command.downgrade(alembic(real_db), "0002")
    command.upgrade(alembic(real_db), "head")
    with Session(real_db) as session:
        assert set(session.scalars(select(Document.sha256))) == before
        kinds = sorted(session.scalars(select(Document.kind)))
    assert kinds == ["certificate", "certificate_replaced", "register_extract", "register_extract"]


def test_critical_findings_that_wait_are_tasks_after_the_upgrade(real_db):
    kept = {"IDW-03": ("nonconform", "The agency keeps the passport.")}  # critical
    with Session(real_db) as session:
        holders = [make_certificate(session).agency for _ in range(2)]
        waiting, decided = (
            make_audit(
                session,
                AuditState.REVIEWED,
                kept,
                application=make_application(session, agency=agency, state=ApplicationState.ACCEPTED),
            )
            for agency in holders
        )
        make_audit(session, AuditState.REPORTED, kept)  # of no holder
        decider = make_person(session, Role.DECIDER)
        said = {"outcome": Outcome.REFUSE, "reasons": "x", "fate": Fate.MAINTAIN, "fate_reasons": "x"}
        decide_on_audit(session, decider.actor, decided.id, **said)
        session.commit()
        expected = [(waiting.id, waiting.agency_id, clock.day_of(waiting.reported_at), None)]
    command.downgrade(alembic(real_db), "0021")
    command.upgrade(alembic(real_db), "head")
    with Session(real_db) as session:
        columns = (Deadline.subject_id, Deadline.agency_id, Deadline.due_on, Deadline.done_at)
        critical = select(*columns).where(Deadline.kind == DeadlineKind.CRITICAL_FINDING)
        assert session.execute(critical).all() == expected


def test_rounds_files_and_reasons_survive_the_way_down_and_up(real_db):
    with Session(real_db) as session:
        audit = make_audit(session, AuditState.REPORTED, {"CON-01": ("nonconform", "Not seen.")})
        [finding] = queries.findings_of(session, audit.id)
        editor = make_person(session, Role.AGENCY_EDITOR, audit.agency_id).actor
        said = dict.fromkeys(("cause", "extent", "solution", "effectiveness"), "Said once.")
        services.submit_corrective_action(session, editor, finding.id, **said, version=finding.version)
        file = StoredFile("0" * 64, 9, "application/pdf", "proof.pdf")
        services.add_corrective_action_file(session, editor, finding.id, file)
        session.flush()
        services.return_corrective_action(session, audit.inspector.actor, finding.id, note="Show more.")
        session.commit()
        finding_id = finding.id
    command.downgrade(alembic(real_db), "0006")
    with real_db.connect() as connection:
        reason = text("SELECT data->>'reason' FROM event WHERE name = 'finding.reject'")
        assert connection.scalar(reason) == "Show more."
    command.upgrade(alembic(real_db), "head")
    with Session(real_db) as session:
        [only] = queries.rounds_of(session, finding_id)
        assert (only.round, only.cause, only.outcome, only.note) == (1, "Said once.", "returned", "Show more.")
        assert [each.filename for each in queries.files_of_finding(session, finding_id)] == ["proof.pdf"]
        assert {event.format for event in history(session, finding_id)} == {1}


@pytest.mark.parametrize(
    ("limit", "word"),
    [({"lock_timeout": "50ms"}, "lock timeout"), ({"statement_timeout": "500ms"}, "statement timeout")],
)
def test_an_upgrade_that_waits_too_long_ends_between_two_migrations_and_goes_on_later(real_db, limit, word):
    """The reader lets no statement on its table end. A limit of a millisecond could stop the ROLLBACK too."""
    whole = definition(real_db)
    command.downgrade(alembic(real_db), "0006")
    with real_db.connect() as reader:
        reader.execute(text("LOCK TABLE certificate IN ACCESS SHARE MODE"))
        with pytest.raises(OperationalError, match=word):
            command.upgrade(alembic(real_db, limits=limit), "head")
    assert revision(real_db) == "0008"  # the next one changes certificates
    command.upgrade(alembic(real_db), "head")
    assert definition(real_db) == whole


class HaltedError(Exception):
    """Somebody ended the migration."""


def test_an_upgrade_goes_on_wherever_it_was_interrupted(real_db, monkeypatch):
    """Each commit within a migration is once the last thing that happens."""
    with Session(real_db) as session:
        make_certificate(session)
        make_audit(session, AuditState.REPORTED, {"CON-01": ("nonconform", "Not seen.")})
        session.commit()
    whole, before = definition(real_db), counts(real_db)
    command.downgrade(alembic(real_db), "0006")
    commit, halted = MigrationContext.autocommit_block, set()

    @contextmanager
    def halt_once(self):
        with commit(self):
            yield
        at = revision(real_db)
        passed[at] += 1
        if (place := (at, passed[at])) not in halted:
            halted.add(place)
            raise HaltedError

    monkeypatch.setattr(MigrationContext, "autocommit_block", halt_once)
    while revision(real_db) != database.head():
        passed = Counter()
        with suppress(HaltedError):
            command.upgrade(alembic(real_db), "head")
    assert len(halted) > 20
    assert counts(real_db) == before
    assert definition(real_db) == whole


ROWS_MOVE = re.compile(r"\s*(UPDATE (?!alembic_version)|INSERT INTO .*\bSELECT\b|ALTER TABLE \w+ VALIDATE)", re.DOTALL)
LOCKED = """
SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND l.mode = 'AccessExclusiveLock' AND c.relname = ANY (%s)
"""
FEW_ROWS = {"scheme_version"}


def test_no_table_that_pages_read_is_locked_while_rows_move(real_db):
    """What takes longer the more rows there are, each migration does in transactions that stop no reader."""
    moved, locked = Counter(), []
    read = sorted((set(READ) & made_first()) - FEW_ROWS)

    def look(connection, _, statement, *__):
        if found := ROWS_MOVE.match(statement):
            moved[found[1].split()[0]] += 1
            names = connection.connection.cursor().execute(LOCKED, [read]).fetchall()
            locked.extend((name, statement) for (name,) in names)

    with Session(real_db) as session:
        make_certificate(session)
        make_audit(session, AuditState.REPORTED, {"CON-01": ("nonconform", "Not seen.")})
        session.commit()
    command.downgrade(alembic(real_db), "0006")
    event.listen(Engine, "after_cursor_execute", look)
    try:
        command.upgrade(alembic(real_db), "head")
    finally:
        event.remove(Engine, "after_cursor_execute", look)
    assert locked == []
    assert moved.keys() == {"UPDATE", "INSERT", "ALTER"}


def test_the_tables_say_which_code_they_serve(real_db):
    def serves():
        with real_db.connect() as connection:
            return connection.execute(text("SELECT serves FROM alembic_version")).scalar_one()

    scripts = ScriptDirectory.from_config(alembic(real_db))
    assert serves() == scripts.get_revision(database.head()).module.serves
    for script in scripts.walk_revisions():
        if script.revision >= "0010":
            assert "0010" <= script.module.serves <= script.revision


# The files of the walls


DEFINED = {
    "FUNCTION": "SELECT pg_get_functiondef(cast(:name AS regproc))",
    "TRIGGER": "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE tgname = :name AND tgrelid = cast(:table AS regclass)",
    "VIEW": "SELECT pg_get_viewdef(cast(:name AS regclass))",
    "POLICY": "SELECT concat_ws(' / ', permissive, roles, cmd, qual, with_check) FROM pg_policies"
    " WHERE policyname = :name AND tablename = :table",
}


def test_each_wall_is_what_the_database_holds(session):
    """The definition, as PostgreSQL writes it, is the same before and after the wall was made from its file."""

    def held(wall):
        return session.scalar(text(DEFINED[wall.kind]), {"name": wall.name, "table": wall.table})

    walls = raising.wanted()
    before = {wall: held(wall) for wall in walls}
    raising.remove_walls(session.connection())
    assert raising.existing(session.connection()) == {}
    raising.raise_walls(session.connection())
    for wall in walls:
        assert held(wall) == before[wall], wall.place
    assert len(walls) > 60


def test_functions_and_triggers_are_written_as_postgresql_writes_them(session):
    """But for conditions, so that a difference would show that the comparison above compares something."""
    for wall, statement in raising.wanted().items():
        if wall.kind in {"POLICY", "VIEW"} or " WHEN (" in statement:
            continue
        found = session.scalar(text(DEFINED[wall.kind]), {"name": wall.name, "table": wall.table})
        assert plain(found) == plain(statement), wall.place


def plain(statement):
    """The same text for what means the same: PostgreSQL writes schema, quotes and blanks in its own way."""
    words = statement.replace("public.", "").replace("$function$", "$$").rstrip(";")
    return " ".join(words.split())


def test_the_walls_of_the_workflows_are_those_of_the_workflows():
    for course in flows.COURSES:
        assert flows.path_of(course).read_text() == flows.text_of(course), "run python -m migrations.flows"


@pytest.fixture
def walls(tmp_path):
    """A folder with one wall of its own beside those of the product."""
    for path in raising.FOLDER.glob("*.sql"):
        (tmp_path / path.name).write_text(path.read_text())
    return tmp_path


TRIGGER = "CREATE TRIGGER {name} BEFORE {when} ON contact FOR EACH ROW EXECUTE FUNCTION refuse_change();\n"


def test_only_what_differs_is_made_again(session, walls):
    raise_walls = lambda: raising.raise_walls(session.connection(), walls)  # noqa: E731
    assert raise_walls() == []
    (walls / "new.sql").write_text("-- Why.\n" + TRIGGER.format(name="contact_kept", when="UPDATE"))
    assert raise_walls() == ["TRIGGER contact_kept ON contact"]
    (walls / "new.sql").write_text("-- Why, in other words.\n" + TRIGGER.format(name="contact_kept", when="UPDATE"))
    assert raise_walls() == []
    (walls / "new.sql").write_text(TRIGGER.format(name="contact_kept", when="DELETE"))
    assert raise_walls() == ["TRIGGER contact_kept ON contact"]
    (walls / "new.sql").unlink()
    assert raise_walls() == []
    assert set(raising.existing(session.connection())) == set(raising.wanted())


def test_a_wall_that_somebody_took_down_stands_again(session):
    session.execute(text("DROP TRIGGER event_kept ON event"))
    assert raising.raise_walls(session.connection()) == ["TRIGGER event_kept ON event"]


def test_a_wall_without_a_file_is_not_removed_in_silence(session):
    session.execute(text(TRIGGER.format(name="contact_strange", when="UPDATE")))
    with pytest.raises(raising.UnknownWallError, match="TRIGGER contact_strange ON contact"):
        raising.raise_walls(session.connection())


@pytest.mark.parametrize("bad", ["CREATE TABLE x ();", TRIGGER.format(name="event_kept", when="UPDATE") * 2])
def test_a_file_that_makes_no_sense_is_refused(walls, bad):
    (walls / "bad.sql").write_text(bad)
    with pytest.raises(ValueError, match=r"bad\.sql"):
        raising.wanted(walls)
