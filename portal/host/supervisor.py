"""Run servers, migrations, worker and web on one machine, and end them together: `python -m portal.host.supervisor`."""

import argparse
import json
import logging
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Protocol

from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import make_url

from portal.app import DOORS
from portal.host.embedded import EmbeddedError, Postgres, Valkey
from portal.host.processes import (
    Forked,
    HeldError,
    Process,
    die_with_parent,
    held,
    stop,
)
from portal.settings import ROOT, VAR, Settings, SettingsError
from portal.stores.roles import APP, WORKER, RoleError, check_address

HOST = "127.0.0.1"  # as portal.host.server has it
DATABASE, DEMO_DATABASE = "keurwerk", "keurwerk_demo"
LEFT = VAR / "run" / "environment.json"
SHARED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL")
PATIENCE = 60.0
PORT_SECONDS = 6.0  # a web server of ours may be on its way out
PAUSE = 2.0  # between the end of a part and its next start
LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 128 + signal.SIGINT

log = logging.getLogger("keurwerk")


@dataclass(frozen=True, slots=True)
class Addresses:
    """One database, as each kind of process connects to it. The owner's address goes to no other process."""

    app: str
    worker: str
    owner: str

    @classmethod
    def take(cls, env: dict[str, str]) -> "Addresses":
        """Those that an environment names; what only some processes need is taken out of it."""
        app = env["DATABASE_URL"]
        return cls(app, env.pop("WORKER_DATABASE_URL", app), env.pop("OWNER_DATABASE_URL", app))


class Service(Protocol):
    """Something that runs beside us: a server, the worker, the web."""

    name: str

    @property
    def process(self) -> Process | None:
        """The process, once it was started."""

    def start(self) -> None:
        """Start it, and wait until it can be used."""

    def stop(self) -> None:
        """End it in order."""


class Program:
    """The worker or the web server, in a process of its own with a log of its own."""

    def __init__(self, name: str, words: Sequence[str], env: Mapping[str, str], at_our_end: int) -> None:
        self.name = name
        self.process: Process | None = None
        self._words = words
        self._env = env
        self._at_our_end = at_our_end

    def start(self) -> None:
        """Start it."""
        log = VAR / "run" / f"{self.name}.log"
        self.process = Forked(self._words, self._env, at_our_end=self._at_our_end, log=log)

    def stop(self) -> None:
        """Let it end what it is doing."""
        stop(self.process)


def main() -> int:
    """Run the portal on this machine; with `--demo` on a fresh database, after telling the story of one case."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for each in LEAVE:
        if signal.getsignal(each) != signal.SIG_IGN:  # nohup
            signal.signal(each, _leave)
    try:
        _tie(os.environ.get("KEURWERK_PARENT"))  # noqa: TID251 - an entry point
        with held(VAR / "run"):
            return _run(os.environ, arguments)  # noqa: TID251 - an entry point
    except HeldError:
        log.error("Keurwerk is already running from this folder (%s). End that one first.", ROOT)
    except (EmbeddedError, SettingsError, RoleError) as error:
        log.error("%s", error)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 1


@contextmanager
def at_hand(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a command: what is named there, else that of the portal of this folder, running or not.

    If none runs, its servers are started for as long as the command takes.
    """
    if environment.get("DATABASE_URL"):
        yield dict(environment)
        return
    left = _left()
    with ExitStack() as running:
        try:
            running.enter_context(held(VAR / "run"))
        except HeldError:
            yield left | dict(environment)
            return
        database = make_url(left["DATABASE_URL"]).database if "DATABASE_URL" in left else None
        env, addresses = _start_servers(environment, running, [], database=database or DATABASE)
        migrate(addresses.owner)
        yield left | env | {"DATABASE_URL": addresses.worker}


def migrate(database_url: str) -> None:
    """Bring the tables to this code's version, as their owner."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = database_url
    upgrade(config, "head")


def _start_servers(
    environment: Mapping[str, str], running: ExitStack, parts: list[Service], *, database: str, anew: bool = False
) -> tuple[dict[str, str], Addresses]:
    env = dict(environment)
    if not env.get("DATABASE_URL"):
        postgres = Postgres(VAR)
        _start(postgres, running, parts)
        env["OWNER_DATABASE_URL"] = postgres.create_database(database, anew=anew)
        env["WORKER_DATABASE_URL"] = postgres.url(database, WORKER)
        env["DATABASE_URL"] = postgres.url(database, APP)
    if not env.get("REDIS_URL"):
        valkey = Valkey(VAR)
        _start(valkey, running, parts)
        env["REDIS_URL"] = valkey.url
    if not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = _kept_secret(VAR / "run" / "secret")
    return env, Addresses.take(env)


def _start(part: Service, running: ExitStack, parts: list[Service]) -> None:
    running.callback(part.stop)
    parts.append(part)
    part.start()


def _run(environment: Mapping[str, str], arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    port = _port(arguments.port, any_other=arguments.no_serve)
    parts: list[Service] = []
    with ExitStack() as running:
        database = DEMO_DATABASE if arguments.demo else DATABASE
        env, addresses = _start_servers(environment, running, parts, database=database, anew=arguments.demo)
        env.setdefault("BASE_URL", f"http://{HOST}:{port}")
        at_work = env | {"DATABASE_URL": addresses.worker}
        _leave_word(at_work)
        settings = Settings.from_env(env)
        migrate(addresses.owner)
        for address in (addresses.app, addresses.worker):
            check_address(address)
        _load()
        # What a worker was doing when it is killed is done again; the web server still has workers of its own to end.
        _start(Program("worker", ["portal.work.worker"], at_work, signal.SIGKILL), running, parts)
        web = Program("web", ["portal.host.server", str(port)], env, signal.SIGTERM)
        _start(web, running, parts)
        _wait_until_ready(port, web)
        log.info("Servers, worker and web are up after %.1f seconds.\n", time.monotonic() - began)
        if arguments.demo:
            held_every_step = _tell(at_work)
            if arguments.no_serve or not held_every_step:
                return 0 if held_every_step else 1
            running.callback(stop, Forked(["portal.demo", "more"], at_work))
        log.info("\nKeurwerk is on %s  (Ctrl-C ends it)", settings.base_url)
        with suppress(KeyboardInterrupt):
            _watch(parts)
    return 0


def _tell(env: Mapping[str, str]) -> bool:
    told = Forked(["portal.demo"], env)
    try:
        return told.wait() == 0
    finally:
        stop(told)


def _load() -> None:
    """Import once what the children need: most of the time that they take to start is this."""
    names = ["granian", "rq", "portal.work.jobs", "portal.demo.story"]
    for name in names + [module for door in DOORS.values() for module in door]:
        if find_spec(name):
            import_module(name)


def worker_command() -> list[str]:
    """What keeps promises."""
    return [sys.executable, "-m", "portal.work.worker"]


def web_command(port: int, application: str = "wsgi:app") -> list[str]:
    """What serves pages."""
    return [sys.executable, "-m", "portal.host.server", str(port), application]


def _port(wanted: int, *, any_other: bool) -> int:
    """The port, if nobody has it. Several web servers could share it without a word; so we ask first."""
    end = time.monotonic() + PORT_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                if time.monotonic() > end and not any_other:
                    raise EmbeddedError(f"Port {wanted} is taken. Name another one: PORT={wanted + 1}") from None
            else:
                return int(probe.getsockname()[1])
            if any_other and time.monotonic() > end:
                wanted = 0
        time.sleep(0.2)


def _wait_until_ready(port: int, web: Program) -> None:
    end = time.monotonic() + PATIENCE
    while not _is_ready(port):
        if web.process is None or web.process.poll() is not None or time.monotonic() > end:
            raise EmbeddedError(f"The web server did not start; see {VAR / 'run' / 'web.log'}.")
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200  # noqa: PLR2004
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _watch(parts: Sequence[Service]) -> None:
    """Start again what ends by itself; until then the pages say that a part is down."""
    while True:
        time.sleep(0.5)
        for part in parts:
            if part.process is None or part.process.poll() is not None:
                log.warning(
                    "The %s ended by itself (%s); it is started again.",
                    part.name,
                    part.process and part.process.returncode,
                )
                time.sleep(PAUSE)
                try:
                    part.start()
                except (EmbeddedError, HeldError) as error:
                    log.error("%s", error)


def _tie(parent: str | None) -> None:
    """End with the command that started us, if it says who it is: `make` may be killed without a chance to tell us."""
    if parent:
        die_with_parent()
        if os.getppid() != int(parent):
            raise KeyboardInterrupt


def _leave(*_: int | FrameType | None) -> None:
    for each in LEAVE:
        signal.signal(each, signal.SIG_IGN)  # once is enough; the parts are being stopped in order
    raise KeyboardInterrupt


def _leave_word(env: Mapping[str, str]) -> None:
    """Tell the commands of this machine where everything is."""
    with open(LEFT, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:  # its mode
        json.dump({name: env[name] for name in SHARED}, file)


def _left() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(LEFT.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _kept_secret(path: Path) -> str:
    """The secret of this machine's own portal, made once."""
    if not path.exists() or not path.read_text():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="keurwerk")
    parser.add_argument("--demo", action="store_true", help="a fresh database and the story of one case")
    parser.add_argument("--no-serve", action="store_true", help="stop after the story")
    parser.add_argument("--port", type=int, default=8000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
