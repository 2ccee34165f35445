"""`python -m portal.supervisor`: one machine, one command. Servers, tables, worker and web; all of it ends with us."""

import argparse
import logging
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import FrameType

from alembic import command
from alembic.config import Config

from portal import embedded
from portal.embedded import EmbeddedError, Postgres, Valkey
from portal.settings import ROOT, VAR, Settings, SettingsError

WEB_WORKERS = 2
BLOCKING_THREADS = 4  # one is starved by a slow download, many only wait for each other
DEMO_DATABASE = "keurwerk_demo"
PATIENCE = 60.0

log = logging.getLogger("keurwerk")


def main() -> int:
    """Run the portal on this machine; with `--demo` on a fresh database, after telling the story of one case."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    embedded.die_with_parent()
    signal.signal(signal.SIGTERM, _leave)
    try:
        with embedded.lock(VAR / "run"), services(os.environ, demo=arguments.demo) as env:  # noqa: TID251 - an entry point
            return _run(env | {"BASE_URL": f"http://127.0.0.1:{arguments.port}"}, arguments)
    except (EmbeddedError, SettingsError) as error:
        log.error("%s", error)
        return 1
    except KeyboardInterrupt:
        return 0


@contextmanager
def services(environment: Mapping[str, str], *, demo: bool = False) -> Iterator[dict[str, str]]:
    """An environment with database, queue and secret: those that are named, embedded ones for those that are not."""
    env = dict(environment)
    with ExitStack() as running:
        if not env.get("DATABASE_URL"):
            postgres = Postgres(VAR)
            postgres.start()
            running.callback(postgres.stop)
            env["DATABASE_URL"] = postgres.create_database(DEMO_DATABASE if demo else "keurwerk", anew=demo)
        if not env.get("REDIS_URL"):
            valkey = Valkey(VAR)
            valkey.start()
            running.callback(valkey.stop)
            env["REDIS_URL"] = valkey.url
        env.setdefault("SECRET_KEY", _kept_secret(VAR / "run" / "secret"))
        yield env


def migrate(database_url: str) -> None:
    """Bring the tables to this code's version."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = database_url
    command.upgrade(config, "head")


def _run(env: dict[str, str], arguments: argparse.Namespace) -> int:
    settings = Settings.from_env(env)
    migrate(settings.database_url)
    worker = _child(env, [sys.executable, "-m", "portal.worker"], "worker")
    web = _child(env, _granian(arguments.port), "web")
    try:
        _wait_for(arguments.port, web)
        if arguments.demo:
            from portal.demo import story  # noqa: PLC0415 - only the demo needs it

            if not story.run(settings) or arguments.no_serve:
                return 0 if arguments.no_serve else 1
        log.info("\nKeurwerk is on %s  (Ctrl-C ends it)", settings.base_url)
        return _watch({"worker": worker, "web": web})
    finally:
        embedded.stop(web, signal.SIGTERM)
        embedded.stop(worker, signal.SIGTERM)


def _granian(port: int) -> list[str]:
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(WEB_WORKERS)]
    options += ["--blocking-threads", str(BLOCKING_THREADS), "--respawn-failed-workers", "--log-level", "warning"]
    return [sys.executable, "-m", "granian", *options, "wsgi:app"]


def _child(env: Mapping[str, str], arguments: list[str], name: str) -> "subprocess.Popen[bytes]":
    (VAR / "run").mkdir(parents=True, exist_ok=True)
    with (VAR / "run" / f"{name}.log").open("ab") as output:
        return subprocess.Popen(
            arguments,
            env={**env, "KEURWERK_SUPERVISED": "1"},
            cwd=ROOT,
            stdout=output,
            stderr=output,
            preexec_fn=embedded.starter(),
        )


def _wait_for(port: int, web: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:  # noqa: PLR2004
                return
        except OSError:
            pass
        if web.poll() is not None or time.monotonic() > end:
            raise EmbeddedError(f"The web server did not start; see {VAR / 'run' / 'web.log'}.")
        time.sleep(0.1)


def _watch(children: "dict[str, subprocess.Popen[bytes]]") -> int:
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                log.error("The %s ended by itself; see %s.", name, VAR / "run" / f"{name}.log")
                return 1
        time.sleep(0.5)


def _kept_secret(path: Path) -> str:
    """The secret of this machine's own demo, made once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def _leave(*_: int | FrameType | None) -> None:
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="keurwerk")
    parser.add_argument("--demo", action="store_true", help="a fresh database and the story of one case")
    parser.add_argument("--no-serve", action="store_true", help="stop after the story")
    parser.add_argument("--port", type=int, default=8000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
