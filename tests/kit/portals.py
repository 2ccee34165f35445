"""The complete portal on real servers."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

from sqlalchemy import Engine, create_engine, update

from audits.people.models import Person
from portal.app import create_app
from portal.demo import story
from portal.host import processes
from portal.host.embedded import Valkey
from portal.host.supervisor import web_command, worker_command
from portal.settings import ROOT
from portal.stores import database
from portal.stores.roles import WORKER
from tests.conftest import Servers, make_settings
from tests.kit.waiting import PATIENCE


@dataclass
class Portal:
    """A running portal with staff and a published norm."""

    url: str
    app: object
    mails: Path
    tables: Engine  # connected as their owner, for rows that no service makes in one step

    def link_for(self, address: str) -> str:
        """The path of the newest link that was mailed to this address, once it has come."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for mail in sorted(self.mails.glob("*.eml"), key=lambda each: each.stat().st_mtime, reverse=True):
                message = message_from_bytes(mail.read_bytes(), policy=policy.default)
                if message["To"].addresses[0].addr_spec == address:
                    body = message.get_body(("plain",))
                    found = body and re.search(rf"{re.escape(self.url)}(\S+)", body.get_content())
                    assert found, f"no link in the mail for {address}"
                    return str(found[1])
            time.sleep(0.2)
        raise AssertionError(f"no mail for {address}")


@contextmanager
def running_portal(servers: Servers, state: Path) -> Iterator[Portal]:
    """Web server, worker, database and queue as `make serve` runs them, with the published norm; files in `state`."""
    port = _free_port()
    name = f"keurwerk_journey_{uuid4().hex[:8]}"
    url = servers.clone(name)
    valkey = Valkey(state)  # a worker that really works must not take what others only look at
    valkey.start()
    settings = make_settings(state, servers.url_as(url, WORKER), valkey.url, base_url=f"http://127.0.0.1:{port}")
    names = (
        "database_url",
        "redis_url",
        "secret_key",
        "storage_url",
        "mail_url",
        "seal_dir",
        "base_url",
        "metrics_dir",
    )
    env = dict(os.environ) | {each.upper(): str(getattr(settings, each)) for each in names}
    log = (state / "log").open("ab")
    programs = ((web_command(port), servers.url_as(url)), (worker_command(), servers.url_as(url, WORKER)))
    children = [
        subprocess.Popen(
            command,
            env=env | {"DATABASE_URL": address},
            cwd=ROOT,
            stdout=log,
            stderr=log,
            preexec_fn=processes.starter(),
        )
        for command, address in programs
    ]
    app = None
    try:
        _wait(settings.base_url, children[0])
        app = create_app(settings)
        story._appoint_staff(app)
        with Path(os.devnull).open("w") as nowhere:
            story._publish(app, story.Story(nowhere))
        with app.app_context(), database.write() as session:
            session.execute(update(Person).values(language="en"))  # the test presses buttons by their English words
        tables = create_engine(url)
        yield Portal(settings.base_url, app, state / "mail", tables)
        tables.dispose()
    finally:
        for child in children:
            processes.stop(child)
        log.close()
        if os.environ.get("KEEP_LOGS"):
            shutil.copy(state / "log", "/tmp/journey.log")  # noqa: S108
        if app is not None:
            app.extensions["sessionmaker"].kw["bind"].dispose()
        valkey.stop()
        servers.drop(name)


def _free_port() -> int:
    """One that no other run on this machine listens to: two web servers on one port share its visitors."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(base: str, web: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert web.poll() is None, "the web server ended"
        try:
            with urlopen(f"{base}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server did not start")
