"""What the roles of running processes may do, and what is said of one that may do more."""

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from audits.core.access import Role
from audits.core.db import Base
from certificates.seal import ensure_keyring
from portal.app import create_app
from portal.stores import roles
from portal.stores.roles import APP, OWNER, REGISTER, RUNNING, WORKER
from portal.work import jobs, schedule
from tests.conftest import make_settings
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.people import make_person


@pytest.fixture
def as_role(connection):
    """A connection with the rights of a role."""

    def become(role):
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        return connection

    return become


@pytest.mark.parametrize("role", RUNNING)
def test_a_running_process_has_no_right_too_many(as_role, role):
    assert list(roles.problems(as_role(role))) == []


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("ALTER TABLE contact OWNER TO kw_app", "owns 1 tables"),
        ("GRANT TRUNCATE ON contact TO kw_app", "may empty 1 tables"),
        ("GRANT TRIGGER ON contact TO kw_app", "may empty 1 tables"),
        ("GRANT REFERENCES ON contact TO kw_app", "may empty 1 tables"),
        ("GRANT CREATE ON SCHEMA public TO kw_app", "may create objects"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "may create objects"),
        ("DROP EXTENSION unaccent", "lacks extensions: unaccent"),
    ],
)
def test_too_many_rights_are_named(as_role, connection, harm, sentence):
    connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {APP}")) if "OWNER" in harm else None
    connection.execute(text(harm))
    with pytest.raises(roles.RoleError, match=sentence):
        roles.check_database(as_role(APP))


def test_the_owner_may_not_run_the_portal(as_role):
    said = "\n".join(roles.problems(as_role(OWNER)))
    for word in ("may make roles or databases", "owns ", "may empty ", "may create objects"):
        assert f"kw_owner, which {word}" in said


def test_a_process_that_may_do_too_much_does_not_start(engine, settings):
    roles.check_at_start(settings.database_url, APP)
    with pytest.raises(SystemExit, match="owns "):
        roles.check_at_start(engine.url.render_as_string(hide_password=False), APP)


def test_a_process_with_the_role_of_another_does_not_start(settings):
    """A worker that does not see all rows would take files that others name for left over."""
    with pytest.raises(SystemExit, match="connects as kw_app; this process needs the role kw_worker"):
        roles.check_at_start(settings.database_url, WORKER)


def test_a_process_starts_without_a_database_and_is_not_ready(tmp_path, settings, engine):
    roles.check_at_start(f"postgresql+psycopg://x@/x?host={tmp_path}/none", APP)
    owned = make_settings(tmp_path, engine.url.render_as_string(hide_password=False), settings.redis_url)
    app = create_app(owned, doors=())
    answer = app.test_client().get("/readyz")
    app.extensions["sessionmaker"].kw["bind"].dispose()
    assert (answer.status_code, answer.json["parts"]["database"]) == (503, "down")


MODELS = (jobs, schedule)  # imported so that the metadata is whole
TABLES = sorted(Base.metadata.tables)


@pytest.mark.parametrize("role", RUNNING)
@pytest.mark.parametrize("table", TABLES)
def test_no_role_empties_a_table_or_touches_its_walls(as_role, table, role):
    connection = as_role(role)
    for statement in (
        f"TRUNCATE {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"DROP TABLE {table}",
    ):
        refused(connection, statement)


@pytest.mark.parametrize("role", RUNNING)
@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY agency TO '/tmp/agency'",
        "CREATE ROLE mine",
        "SET ROLE kw_owner",
        "UPDATE alembic_version SET version_num = '0000'",
    ],
)
def test_no_role_gets_around_its_rights(servers, engine, role, statement):
    own = create_engine(servers.url_as(engine.url.render_as_string(hide_password=False), role))
    with own.connect() as connection:
        refused(connection, statement)
    own.dispose()


def refused(connection, statement):
    with pytest.raises(ProgrammingError) as refusal, connection.begin_nested():
        connection.execute(text(statement))
    assert refusal.value.orig.sqlstate == "42501", statement


@pytest.mark.parametrize("role", [APP, WORKER])
def test_what_never_changes_cannot_be_written(connection, role):
    """Every column that may be updated is named in the grants; keys and facts that are fixed are not."""
    changeable = {
        (row.table_name, row.column_name)
        for row in connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.column_privileges"
                " WHERE grantee = :role AND privilege_type = 'UPDATE' AND table_schema = 'public'"
            ),
            {"role": role},
        )
    }
    fixed = {
        "agency": {"id", "country", "register_number", "created_at"},
        "person": {"id", "agency_id", "email"},
        "application": {"id", "agency_id", "scheme_version_id", "reference", "created_at"},
        "audit": {"id", "agency_id", "application_id", "scheme_version_id", "planner_id", "announced"},
        "finding": {"id", "audit_id", "number", "grade", "points", "blocks", "observed", "requirement_code"},
        "evidence": {"sha256", "filename", "uploaded_by", "application_id"},
        "certificate": {"number", "agency_id", "decision_id", "printed", "conditions", "conditional", "valid_until"},
        "event": set(Base.metadata.tables["event"].columns.keys()),
        "document": set(Base.metadata.tables["document"].columns.keys()),
        "ledger_entry": set(Base.metadata.tables["ledger_entry"].columns.keys()),
        "login_session": {"digest", "person_id", "created_at"},
    }
    for table, columns in fixed.items():
        assert not {(table, column) for column in columns} & changeable, table
    assert len(changeable) > 100


def test_the_register_reads_what_is_public_and_nothing_else(connection):
    readable = {
        table for table in TABLES
        if connection.scalar(text("SELECT has_any_column_privilege(:role, :table, 'SELECT')"),
                             {"role": REGISTER, "table": table})
    }  # fmt: skip
    assert readable == {
        "certificate", "certificate_change", "checkpoint", "cosignature", "document", "document_stamp", "ledger_entry",
        "ledger_node", "register_entry", "register_slip", "requirement", "scheme_version", "status_list",
    }  # fmt: skip
    column = text("SELECT has_column_privilege(:role, 'certificate_change', :column, 'SELECT')")
    for name in ("decision_id", "actor_id"):  # who decided is not public
        assert not connection.scalar(column, {"role": REGISTER, "column": name})
    writable = "INSERT, UPDATE, DELETE"
    asked = text("SELECT has_any_column_privilege(:role, :table, 'INSERT, UPDATE') OR"
                 " has_table_privilege(:role, :table, :writable)")  # fmt: skip
    for table in TABLES:
        assert not connection.scalar(asked, {"role": REGISTER, "table": table, "writable": writable}), table


@pytest.fixture
def register_alone(tmp_path, servers, settings, real_db):
    """The public register as a process of its own, connected as its own role."""
    with Session(real_db) as session:
        certificate = make_certificate(session)
        session.commit()
        number, agency = certificate.number, certificate.agency.register_number
    url = servers.url_as(real_db.url.render_as_string(hide_password=False), REGISTER)
    app = create_app(make_settings(tmp_path, url, settings.redis_url), doors=("registry",))
    yield app, number, f"nl-{agency}"
    app.extensions["sessionmaker"].kw["bind"].dispose()


def test_the_register_alone_needs_nothing_but_its_own_role(register_alone):
    app, number, agency = register_alone
    browser = Browser(app)
    assert app.test_client().get("/readyz").json["parts"]["database"] == "ok"
    for path in ("/", "/register?q=oosterlicht", f"/register/{agency}", f"/certificates/{number}", "/about", "/ledger"):
        assert browser.open(path).status == 200, path
    for path in ("/api/v1/agencies", f"/api/v1/agencies/{agency}", f"/api/v1/agencies/{agency}/history"):
        assert app.test_client().get(path).status_code == 200, path
    assert app.test_client().get(f"/verify/{'0' * 64}").status_code in {200, 404}


def test_the_register_alone_seals_extracts_for_whoever_asks(register_alone, real_db):
    app, _, agency = register_alone
    settings = app.extensions["settings"]
    ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase)
    answer = app.test_client().post(f"/register/{agency}/extract")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    with Session(real_db) as session:
        assert session.scalars(text("SELECT kind FROM document")).all() == ["register_extract"]


def test_who_is_signed_in_at_the_portal_reads_the_register_alone_as_nobody(register_alone, real_db):
    app, _, agency = register_alone
    with Session(real_db) as session:
        browser = Browser(app).sign_in(session, make_person(session, Role.PLANNER))
        session.commit()
    assert browser.open(f"/register/{agency}").status == 200


def test_models_have_no_table_that_the_grants_forget(connection):
    """A new table without a line in the grants can be read by the portal and by nobody written; say so.

    Some are written through functions only (migrations/walls/register.sql, signals.sql, complaints), two by triggers.
    """
    silent = {
        table
        for table in inspect(connection).get_table_names()
        if not connection.scalar(text("SELECT has_any_column_privilege(:role, :table, 'INSERT')"),
                                 {"role": WORKER, "table": table})
    }  # fmt: skip
    by_functions = {"complaint", "cosignature", "follow", "followed", "signal", "webhook", "witnessed_log"}
    vault = {"vault_entry", "vault_passing"}  # the worker has nothing to do there
    asked = {"address_change"}  # by who is signed in
    assert silent == by_functions | vault | asked | {"alembic_version", "verdict_change", "certification"}
