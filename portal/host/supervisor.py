"""Run servers, migrations, worker and web on one machine: `python -m portal.host.supervisor`."""

import argparse
import json
import logging
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import make_url

from portal.app import DOORS
from portal.demo import guide
from portal.host.embedded import EmbeddedError, Postgres, Valkey, socket_folder
from portal.host.keeping import Keeper
from portal.host.listening import HOST, open_socket
from portal.host.processes import Forked, HeldError, die_with_parent, held, stop
from portal.host.programs import Program, Service, end_of
from portal.settings import REQUIRED, ROOT, SEAL_SECRETS, VAR, Settings, SettingsError
from portal.signing.remote import reach
from portal.stores.roles import APP, WORKER, RoleError, check_address

DATABASE, DEMO_DATABASE = "keurwerk", "keurwerk_demo"
LEFT = VAR / "run" / "environment.json"
SHARED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "STORAGE_URL", "SEAL_DIR")
DEMO = VAR / "demo-state"  # files and keys of the demo: its database starts empty each time
PATIENCE = 60.0
PORT_SECONDS = 6.0  # an earlier web server may still be shutting down
LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 128 + signal.SIGINT

log = logging.getLogger("keurwerk")


@dataclass(frozen=True, slots=True)
class Addresses:
    """One database, as each kind of process connects to it. Only migrations get the address of the owner."""

    app: str
    worker: str
    owner: str

    @classmethod
    def take(cls, env: dict[str, str]) -> "Addresses":
        """Return the addresses that an environment names, and remove from it those that only some processes need."""
        app = env["DATABASE_URL"]
        return cls(app, env.pop("WORKER_DATABASE_URL", app), env.pop("OWNER_DATABASE_URL", app))


def main() -> int:
    """Run the portal on this machine; with `--demo` on a fresh database, after the demo."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    os.umask(0o077)  # files of this process and its children are private to the account
    for each in LEAVE:
        if signal.getsignal(each) != signal.SIG_IGN:  # keep running under nohup
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
def at_hand(environment: Mapping[str, str], database: str | None = None) -> Iterator[dict[str, str]]:
    """Yield the environment of a command: the given one, else that of this folder's portal, running or not.

    If it does not run, its servers are started for as long as the command takes, with the database that ran last
    unless one is named.
    """
    if environment.get("DATABASE_URL"):
        yield dict(environment)
        return
    left = left_behind()
    with ExitStack() as running:
        try:
            running.enter_context(held(VAR / "run"))
        except HeldError:
            yield left | dict(environment)
            return
        if database is None and "DATABASE_URL" in left:
            database = make_url(left["DATABASE_URL"]).database
        env, addresses = _start_servers(environment, running, [], database=database or DATABASE)
        migrate(addresses.owner)
        yield left | env | {"DATABASE_URL": addresses.worker, "OWNER_DATABASE_URL": addresses.owner}


def migrate(database_url: str) -> None:
    """Migrate the tables to the version of this code, as their owner."""
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
        env.setdefault("VAULT_KEY", _kept_secret(VAR / "run" / "vault"))
    return env, Addresses.take(env)


def _start(part: Service, running: ExitStack, parts: list[Service]) -> None:
    running.callback(part.stop)
    parts.append(part)
    part.start()


def _run(environment: Mapping[str, str], arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    (VAR / "run").chmod(0o700)  # created with the umask by earlier releases
    listening = _listen(arguments.port, any_other=arguments.no_serve)
    port = listening.getsockname()[1]
    parts: list[Service] = []
    with ExitStack() as running:
        database = DEMO_DATABASE if arguments.demo else DATABASE
        env, addresses = _start_servers(environment, running, parts, database=database, anew=arguments.demo)
        env.setdefault("BASE_URL", f"http://{HOST}:{port}")
        if arguments.demo and not environment.get("DATABASE_URL"):
            _begin_anew(env)
        if arguments.demo:
            env["CLOCK_FILE"] = str(_demo_clock())
        _leave_word(env | {"DATABASE_URL": addresses.worker})
        settings = Settings.from_env(env)
        _reach(environment, settings, env)
        migrate(addresses.owner)
        check_address(addresses.app, APP)
        check_address(addresses.worker, WORKER)
        _load()
        env = _start_signer(env, running, parts)
        at_work = {name: value for name, value in env.items() if name != "VAULT_KEY"}
        at_work["DATABASE_URL"] = addresses.worker
        worker, web = _programs(env, at_work, listening, for_developers=arguments.dev)
        _start(worker, running, parts)
        _start(web, running, parts)
        _wait_until_ready(port, web)
        log.info("Servers, worker and web are up after %.1f seconds.\n", time.monotonic() - began)
        if arguments.demo:
            held_every_step = _tell(at_work)
            if arguments.no_serve or not held_every_step:
                return 0 if held_every_step else 1
            guide.show(settings.base_url, sys.stdout)
            running.callback(stop, Forked(["portal.demo", "more"], at_work))
        log.info("\nKeurwerk is on %s  (Ctrl-C ends it)", settings.base_url)
        with suppress(KeyboardInterrupt):
            Keeper(parts).watch()
    return 0


def _programs(
    env: Mapping[str, str], at_work: Mapping[str, str], listening: socket.socket, *, for_developers: bool
) -> tuple[Program, Program]:
    """Return worker and web server; for developers they restart when code changes, and print to this terminal."""
    port, socket_number = str(listening.getsockname()[1]), str(listening.fileno())
    worker, web = ["portal.work.worker"], ["portal.host.server", "--socket", socket_number, port]
    if for_developers:
        again, env = ["portal.host.reloading"], {"LOG_FORMAT": "text", **env}
        return (
            Program("worker", again + worker, at_work, signal.SIGTERM, shown=True),
            Program("web", [*again, *web, "wsgi:dev"], env, signal.SIGTERM, shown=True),
        )
    # Jobs of a killed worker are repeated; the web server needs time to end its own workers.
    return Program("worker", worker, at_work, signal.SIGKILL), Program("web", web, env, signal.SIGTERM)


def _start_signer(env: dict[str, str], running: ExitStack, parts: list[Service]) -> dict[str, str]:
    """Start the signer, unless the environment names one; return the environment of all others, without secrets."""
    if env.get("SIGNER_URL"):
        return env
    url = f"unix://{quote(str(socket_folder(VAR / 'signer') / 'signer.sock'))}"
    own = {name: value for name, value in env.items() if name.lower() not in REQUIRED}
    signer = Program("signer", ["portal.host.signer"], own | {"SIGNER_URL": url}, signal.SIGTERM)
    _start(signer, running, parts)
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError):
            reach(url)
            break
        if signer.process is None or signer.process.poll() is not None or time.monotonic() > end:
            raise EmbeddedError(f"The signer does not start:\n{end_of(signer.name)}")
        time.sleep(0.02)
    return {name: value for name, value in env.items() if name not in SEAL_SECRETS} | {"SIGNER_URL": url}


def _begin_anew(env: dict[str, str]) -> None:
    """Give the demo an empty store and keyring of its own, unless the environment names others."""
    shutil.rmtree(DEMO, ignore_errors=True)
    env.setdefault("STORAGE_URL", (DEMO / "files").as_uri())
    env.setdefault("SEAL_DIR", str(DEMO / "seal"))


def _demo_clock() -> Path:
    """Return the file that moves the clock of the demo: at first to before its story, for the keys too."""
    file = VAR / "run" / "demo-clock"
    file.write_text(str(-guide.YEAR.total_seconds()))
    return file


def _reach(environment: Mapping[str, str], settings: Settings, env: Mapping[str, str]) -> None:
    """Print the parts that cannot be reached; raise EmbeddedError if the portal cannot be ready without one of them.

    Runs in a child process, because this process forks later and must have no threads and no connections.
    """
    elsewhere = any(environment.get(name) for name in ("DATABASE_URL", "REDIS_URL"))
    own = settings.storage_url.startswith("file:") and settings.mail_url.startswith("file:")
    own = own and settings.seal_key == "file:" and not settings.tsa_urls
    if (elsewhere or not own) and Forked(["portal.work.parts"], env).wait():
        raise EmbeddedError("Keurwerk does not start without it. Nothing was changed.")


def _tell(env: Mapping[str, str]) -> bool:
    told = Forked(["portal.demo"], env)
    try:
        return told.wait() == 0
    finally:
        stop(told)


def _load() -> None:
    """Import what the children need, before forking: imports take most of their start time."""
    names = ["granian", "rq", "portal.work.jobs", "portal.demo.story"]
    for name in names + [f"portal.doors.{door}.routes" for door in DOORS]:
        import_module(name)


def worker_command() -> list[str]:
    """Return the command that starts a worker."""
    return [sys.executable, "-m", "portal.work.worker"]


def web_command(port: int, application: str = "wsgi:app") -> list[str]:
    """Return the command that starts a web server."""
    return [sys.executable, "-m", "portal.host.server", str(port), application]


def _listen(wanted: int, *, any_other: bool) -> socket.socket:
    """Open the port for the web servers to come; who calls while none runs waits in the socket's queue."""
    end = time.monotonic() + PORT_SECONDS
    while True:
        try:
            listening = open_socket(wanted)
        except OSError:
            if time.monotonic() > end and not any_other:
                raise EmbeddedError(f"Port {wanted} is taken. Name another one: PORT={wanted + 1}") from None
            if any_other and time.monotonic() > end:
                wanted = 0
            time.sleep(0.2)
        else:
            listening.set_inheritable(True)  # `make dev` runs the web server below another program
            return listening


def _wait_until_ready(port: int, web: Program) -> None:
    end = time.monotonic() + PATIENCE
    while down := _down(port):
        if web.process is None or web.process.poll() is not None or time.monotonic() > end:
            raise EmbeddedError(f"The web server is not ready ({', '.join(down)}):\n{end_of(web.name)}")
        time.sleep(0.1)


def _down(port: int) -> list[str]:
    """Return the parts that the web server reports as down, or `no answer`."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        parts = json.loads(connection.getresponse().read())["parts"]
        return [name for name, state in parts.items() if state != "ok"]
    except (OSError, HTTPException, ValueError, KeyError):
        return ["no answer"]
    finally:
        connection.close()


def _tie(parent: str | None) -> None:
    """Ask to end with the starting command, if it gave its id: `make` may be killed without notice."""
    if parent:
        die_with_parent()
        if os.getppid() != int(parent):
            raise KeyboardInterrupt


def _leave(*_: int | FrameType | None) -> None:
    for each in LEAVE:
        signal.signal(each, signal.SIG_IGN)  # ignore repeated signals while services stop
    raise KeyboardInterrupt


def _leave_word(env: Mapping[str, str]) -> None:
    """Write the environment of this portal to a file, for commands on this machine."""
    with open(LEFT, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        json.dump({name: env[name] for name in SHARED if name in env}, file)


def left_behind() -> dict[str, str]:
    """Return the environment of the portal that ran last from this folder, or runs."""
    try:
        found: dict[str, str] = json.loads(LEFT.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _kept_secret(path: Path) -> str:
    """Return the secret of this portal, created on first use."""
    if not path.exists() or not path.read_text():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="keurwerk")
    parser.add_argument("--demo", action="store_true", help="a fresh database and the story of a year")
    parser.add_argument("--no-serve", action="store_true", help="stop after the story")
    parser.add_argument("--dev", action="store_true", help="start worker and web anew when code changes")
    parser.add_argument("--port", type=int, default=8000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
