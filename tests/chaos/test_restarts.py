"""Restart web server and worker while people ask for pages: nobody is refused, nobody gets half a page."""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url

from portal.host import processes
from portal.host.listening import HOST, open_socket
from portal.settings import ROOT
from portal.stores.roles import REGISTER
from tests.chaos.aftermath import assert_whole, finish
from tests.chaos.cases import Cases
from tests.chaos.crowd import Crowd
from tests.chaos.house import WEB, WORKER, House
from tests.chaos.person import Person
from tests.kit.long_runs import steps
from tests.kit.waiting import PATIENCE

RESTARTS = steps(20)
PAGES = ["/", "/register", "/register?q=test", "/ledger", "/healthz", "/api/v1/agencies"]
ENOUGH = 3 * len(PAGES)  # answers between two restarts
# As systemd: descriptor 3 is the socket, and the process is told that it is meant.
AS_SYSTEMD = 'exec 3<&"$0"; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'


class Visitors(Crowd):
    """People who ask for pages, each on a new connection, and what they get."""

    def __init__(self, port: int) -> None:
        super().__init__(PAGES)
        self._port = port

    def _ask(self, path: str) -> None:
        while not self._end.is_set():
            self.answers[_answer(self._port, path) or _answer(self._port, path) or "nothing twice"] += 1


def _answer(port: int, path: str) -> str:
    """The status of a whole answer, or what went wrong; an empty text if the connection was closed without a word.

    A server that ends closes connections on which no question has arrived. A client asks again then, and so does
    nginx (RFC 9112, 9.3.1), so this is not a request that failed.
    """
    question = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((HOST, port), timeout=PATIENCE) as connection:
            connection.sendall(question.encode())
            head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    except OSError as error:
        return repr(error)
    if not head:
        return ""
    fields = dict(line.lower().split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
    whole = len(body) == int(fields["content-length"]) if "content-length" in fields else bool(body)
    return head.split(b" ", 2)[1].decode() if whole else "cut off"


def test_restarts_under_load_fail_no_request_and_lose_no_work(house: House, app: Flask, cases: Cases):
    decider = Person(house.settings.base_url).sign_in(cases.decider.email)
    audits = [cases.reviewed() for _ in range(RESTARTS)]
    visitors = Visitors(int(house.settings.base_url.rpartition(":")[2]))
    with visitors.asking():
        for audit in audits:
            status, page = decider.send(f"/office/audits/{audit}/decision", outcome="grant", reasons="All was weighed.")
            assert status == 200, page
            for name in (WORKER, WEB):
                house.restart(name)
                visitors.wait_for(ENOUGH)
    assert visitors.answers.keys() == {"200"}, visitors.answers
    finish(app)
    assert_whole(app)


def test_two_servers_on_one_socket_take_turns(house: House, tmp_path: Path):
    """As two services of systemd with one socket, of which one is restarted after the other."""
    env = dict(os.environ) | {
        name.upper(): str(getattr(house.settings, name))
        for name in ("database_url", "redis_url", "secret_key", "storage_url", "mail_url", "seal_dir")
    }
    env["DATABASE_URL"] = make_url(env["DATABASE_URL"]).set(username=REGISTER).render_as_string(hide_password=False)
    with open_socket(0) as listening, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(PATIENCE)

        def start() -> "subprocess.Popen[bytes]":
            """A server that serves."""
            server = [sys.executable, "-m", "portal.host.server", "0", "wsgi:registry"]
            process = subprocess.Popen(
                ["/bin/bash", "-c", AS_SYSTEMD, str(listening.fileno()), *server],
                cwd=ROOT,
                env=env | {"NOTIFY_SOCKET": str(tmp_path / "notify")},
                pass_fds=[listening.fileno()],
                preexec_fn=processes.starter(),
            )
            running.append(process)
            assert told.recv(100) == b"READY=1"
            return process

        running: list[subprocess.Popen[bytes]] = []
        try:
            first = start()
            with Visitors(listening.getsockname()[1]).asking() as visitors:
                visitors.wait_for(ENOUGH)
                start()
                processes.stop(first)
                assert first.returncode == 0
                visitors.wait_for(ENOUGH)
        finally:
            for each in running:
                with suppress(ProcessLookupError):
                    processes.stop(each)
    assert visitors.answers.keys() == {"200"}, visitors.answers
