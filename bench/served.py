"""Serve builds side by side: each with its own database, queue, files and keys on one database server."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg
from sqlalchemy import make_url

from bench import builds, load
from bench.builds import Build
from bench.sides import Side
from bench.sizes import Sizes
from portal.host import processes
from portal.host.embedded import Postgres, Valkey
from portal.stores.roles import APP, OWNER, WORKER

# Without what opens and closes transactions, and without the question whether a connection that rested still lives: the
# slower the machine, the longer a connection rests.
STARTED = re.compile(rb"LOG:  (?:statement|execute [^:]+): (?!BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SELECT 1\s*\n)")
PATIENCE = 60.0
LAST_WORDS = 4000  # bytes of a log
Process = subprocess.Popen[bytes]


class Machine:
    """One database server and one folder for all builds of a run; both end with the stack."""

    def __init__(self, stack: ExitStack, *, careless: bool) -> None:
        self._stack = stack
        self.state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keurwerk-bench-")))
        self.state.chmod(0o755)  # the account of the database server must be able to enter
        self._postgres = Postgres(self.state, careless=careless)
        self._postgres.start()
        stack.callback(self._postgres.stop)
        self._log = self._postgres._home / "log"
        self._admin = stack.enter_context(self.connect("postgres"))

    def install(self, build: Build) -> "Installed":
        """Return servers and an empty database for a build."""
        name = re.sub(r"\W", "_", build.name)
        home = self.state / name
        home.mkdir()
        valkey = Valkey(home)
        valkey.start()
        self._stack.callback(valkey.stop)
        port = free_port()
        owner = self._postgres.create_database(f"bench_{name}")
        env = {
            "DATABASE_URL": self._postgres.url(f"bench_{name}", APP) if build.has_roles else owner,
            "REDIS_URL": valkey.url,
            "SECRET_KEY": "a key for benchmarks alone, of many letters",
            "STORAGE_URL": (home / "files").as_uri(),
            "MAIL_URL": (home / "mail").as_uri(),
            "SEAL_DIR": str(home / "seal"),
            "BASE_URL": f"http://127.0.0.1:{port}",
        }
        worker = self._postgres.url(f"bench_{name}", WORKER) if build.has_roles else owner
        seeding = {"DATABASE_URL": worker, "OWNER_DATABASE_URL": owner}
        served = dict(os.environ) | env  # noqa: TID251 - an entry point
        return Installed(build, port, f"bench_{name}", served, seeding, home)

    def database(self, name: str) -> str:
        """Return the address of a new database of its own, for a system that is not ours."""
        return self._postgres.create_database(name)

    def url(self, database: str, role: str) -> str:
        """Return the address of a database for one of its roles."""
        return self._postgres.url(database, role)

    def copy(self, seeded: "Installed", build: Build) -> "Installed":
        """Return a copy of database, files and keys, for the same build."""
        copied = self.install(build)
        self._admin.execute(f'DROP DATABASE "{copied.database}"')
        self._admin.execute(f'CREATE DATABASE "{copied.database}" TEMPLATE "{seeded.database}"')
        for name in ("files", "seal"):
            shutil.copytree(seeded.home / name, copied.home / name)
        copied.seeded = seeded.seeded
        return copied

    def backends(self, database: str) -> list[int]:
        """Return the processes of the database server that work for a build."""
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
        return [pid for (pid,) in self._admin.execute(query, [database])]

    @contextmanager
    def listening(self) -> Iterator[Callable[[Callable[[], object]], int]]:
        """Yield a function that counts SQL statements during a call, without BEGIN and similar.

        Counted in the server's log, so that it does not matter how a build talks to it.
        """

        def statements(act: Callable[[], object]) -> int:
            begin = self._log.stat().st_size
            act()
            with self._log.open("rb") as log:
                log.seek(begin)
                return len(STARTED.findall(log.read()))

        self._log_statements("all")
        try:
            yield statements
        finally:
            self._log_statements("none")

    def count(self, database: str, rows: str) -> int:
        """Count rows: of a table, or of a table and a WHERE."""
        with self.connect(database) as connection:
            found = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()  # noqa: S608
        return int(found[0]) if found else 0

    def _log_statements(self, which: str) -> None:
        # Only a superuser may set it, and none can connect.
        (self._postgres._data / "postgresql.auto.conf").write_text(f"log_statement = '{which}'\n")
        if self._postgres.process is not None:
            self._postgres.process.send_signal(signal.SIGHUP)
        known = ""
        while known != which:  # a new connection gets the setting only after the reload has finished
            time.sleep(0.02)
            with self.connect("postgres") as connection:
                known = str((connection.execute("SHOW log_statement").fetchone() or [""])[0])

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect as the owner, outside transactions."""
        url = make_url(self._postgres.url(database, OWNER)).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@dataclass
class Installed:
    """A build with its servers. Its processes can be measured once it is served."""

    build: Build
    port: int
    database: str
    env: Mapping[str, str]
    seeding: Mapping[str, str]  # the addresses of who fills the database
    home: Path
    web: Process | None = None
    signer: Process | None = None
    seeded: dict[str, Any] = field(default_factory=dict)
    _cookies: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str) -> None:
        """Run its Python in its checkout; output is shown if it fails."""
        command = [self.build.python, *words]
        env = {**self.env, **self.seeding}
        done = subprocess.run(command, cwd=self.build.root, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} of {self.build.name} failed:\n{done.stderr[-4000:]}")

    def seed(self, agencies: int) -> None:
        """Make its tables and fill them, through its own migrations and services."""
        out = self.home / "seeded.json"
        self.run("-m", "bench.seed", "--agencies", str(agencies), "--out", str(out))
        self.seeded = json.loads(out.read_text())

    def serve(self, stack: ExitStack) -> None:
        """Start its web server; `wait` until it answers."""
        env = self.env
        if (self.build.root / "portal" / "host" / "signer.py").exists():
            env = self._start_signer(stack)
        self.web = stack.enter_context(child(self.build, "web", str(self.port), "wsgi:app", env=env))

    def _start_signer(self, stack: ExitStack) -> Mapping[str, str]:
        """Start the process that signs for it; the environment of its web server."""
        url = f"unix://{self.home / 'signer.sock'}"
        self.signer = stack.enter_context(child(self.build, "signer", env=dict(self.env) | {"SIGNER_URL": url}))
        secrets = dict.fromkeys(("SEAL_PASSPHRASE", "SEAL_PIN", "SEAL_TOKEN"), "")
        return dict(self.env) | secrets | {"SIGNER_URL": url}

    def pids(self) -> list[int]:
        """Return its web processes, and the one that signs for them."""
        if self.web is None:
            raise RuntimeError("it is not served yet")
        return load.tree(self.web.pid) + ([self.signer.pid] if self.signer else [])

    def resident_mb(self) -> float:
        """Return the memory of its largest web process."""
        return max(load.resident_mb(pid) for pid in self.pids())

    def cookie(self, email: str) -> str:
        """Return the cookies of this person, who is signed in at the first call."""
        if email not in self._cookies:
            self._cookies[email] = self._sign_in(email)
        return self._cookies[email]

    def _sign_in(self, email: str) -> str:
        jar = CookieJar()
        browser, url = build_opener(HTTPCookieProcessor(jar)), f"http://127.0.0.1:{self.port}/login"
        page = browser.open(url).read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if token is None:
            raise RuntimeError("the form to sign in has no token")
        form = {"csrf_token": token[1], "email": email, "password": self.seeded["password"]}
        answer = browser.open(url, urlencode(form).encode())
        if answer.url == url:
            raise RuntimeError(f"{email} cannot sign in")
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


class Comparison:
    """Our build, and another beside it if asked for, with the same number of agencies and the same cases, served."""

    def __init__(self, stack: ExitStack, sizes: Sizes) -> None:
        self.machine = Machine(stack, careless=sizes.small)
        self.ours = self.machine.install(builds.us())
        self.ours.seed(sizes.agencies)
        # Who is served cannot be copied.
        self._spare = self.machine.copy(self.ours, replace(builds.us(), name="spare")) if sizes.small else None
        self.all = [self.ours]
        if sizes.against:
            self.all.append(self._beside(builds.of_revision(stack, sizes.against), sizes.agencies))
        for each in self.all:
            agencies, answers = (self.machine.count(each.database, table) for table in ("agency", "answer"))
            print(f"{each.build.name}: {agencies:,} agencies, {answers:,} answers")
            each.serve(stack)
        for each in self.all:
            wait(each.port, "/readyz")

    def _beside(self, build: Build, agencies: int) -> Installed:
        if build.root == self.ours.build.root:
            return self.machine.copy(self.ours, build)
        other = self.machine.install(build)
        other.seed(agencies)
        return other

    def again(self, name: str, agencies: int) -> Installed:
        """Return our build once more, with so many agencies; in a small run a copy, as no figure is looked at."""
        build = replace(self.ours.build, name=name)
        if self._spare:
            return self.machine.copy(self._spare, build)
        found = self.machine.install(build)
        found.seed(agencies)
        return found

    def side(self, each: Installed, turn: Callable[[], load.Load]) -> Side:
        """Return a build as a side, with its web processes and its backends of the database server."""
        return Side(each.build.name, turn, each.pids, partial(self.machine.backends, each.database))


@contextmanager
def child(build: Build, *words: str, env: Mapping[str, str]) -> Iterator[Process]:
    """Run a program of a build for as long as the block lasts; what it printed is shown if the block fails.

    It writes a line for every request.
    """
    command = [build.python, "-m", "bench.product", *words]
    with tempfile.TemporaryFile() as log:
        begin = processes.starter()
        process = subprocess.Popen(command, env=env, cwd=build.root, preexec_fn=begin, stdout=log, stderr=log)
        try:
            yield process
        except Exception:
            log.seek(max(0, log.tell() - LAST_WORDS))
            print(f"{words[0]} of {build.name}:\n{log.read().decode(errors='replace')}", file=sys.stderr)
            raise
        finally:
            processes.stop(process, signal.SIGKILL)  # nobody waits for an answer, and its workers end with it


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(port: int, path: str) -> None:
    """Wait until a server answers with 200."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            load.once(port, path)
        except (OSError, RuntimeError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
