"""Days of an inspector at random: the browser is killed with unsent work, starts where nothing answers, and goes on.

What showed as saved reaches the portal, once, in the order in which it was sealed. `make machines` has 20 such days.
"""

import os
import signal
import socket
import threading
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from playwright.sync_api import Error
from sqlalchemy import select

from audits.inspections.models import EntryChain, SealedEntry
from tests.journeys.conftest import ARGUMENTS
from tests.kit.browser import PASSWORD
from tests.kit.known_audit import KnownAudit
from tests.kit.long_runs import steps
from tests.kit.offline_browser import Device, says
from tests.kit.waiting import PATIENCE

ACTS = some.sampled_from(["conform", "short", "hasty", "kill", "kill", "send"])


class Line:
    """A line to the portal that can be cut: where it is, nothing listens any more."""

    def __init__(self, url):
        self.portal = ("127.0.0.1", int(url.rpartition(":")[2]))
        self.port, self.ends, self.threads = 0, [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def open(self):
        door = socket.create_server(("127.0.0.1", self.port))
        self.port = door.getsockname()[1]
        self.ends = [door]
        self._start(self._serve, door)

    def cut(self):
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes who waits at it
        for thread in self.threads:
            thread.join(PATIENCE)
        for end in self.ends:
            end.close()
        self.ends, self.threads = [], []

    def _start(self, work, *args):
        self.threads.append(threading.Thread(target=work, args=args, daemon=True))
        self.threads[-1].start()

    def _serve(self, door):
        with suppress(OSError):
            while True:
                caller, _ = door.accept()
                self.ends.append(caller)
                portal = socket.create_connection(self.portal)
                self.ends.append(portal)
                self._start(_carry, caller, portal)
                self._start(_carry, portal, caller)


def _carry(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


class Tablet(Device):
    """A browser with a profile of its own, which its kill leaves behind."""

    def __init__(self, engine, chromium, line, profile, audit):
        self.engine, self.executable, self.line, self.profile, self.audit = engine, chromium, line, profile, audit
        self.window, self.words, self.saved, self.unsent = self, "", {}, 0
        self.perhaps = None  # a verdict of which nobody saw that it was saved
        self.codes = iter(())

    def begin(self):
        self.context = self.engine.launch_persistent_context(
            self.profile, executable_path=self.executable, args=[*ARGUMENTS, "--disable-session-crashed-bubble"],
            base_url=self.line.url, locale="en-GB", viewport={"width": 820, "height": 1180},
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.pages[0]
        return self

    def open(self, path):
        self.page.goto(path)

    def judge(self):
        """Say nothing of the page: other journeys look at it."""

    def sign_in(self):
        """Sign in, unless the browser lived since the last time."""
        self.page.goto("/login")
        if not self.page.locator('[name="email"]').count():
            return
        self.page.locator('[name="email"]').fill(self.audit.email)
        self.page.locator('[name="password"]').fill(PASSWORD)
        self.page.locator("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/inspector/**")

    def enter(self):
        """Open the desk from cold, and see that everything is there that showed as saved."""
        self.start().unlock()
        self.page.get_by_role("heading", name="Audits on this device").wait_for()
        light = self.page.locator("[data-kw-light]")
        if self.perhaps:
            code, said = self.perhaps
            if f"only on this device: {self.unsent + 1}." in light.inner_text():
                self.saved[code], self.unsent = said, self.unsent + 1
            self.perhaps = None
        says(light, f"only on this device: {self.unsent}." if self.unsent else "Safe to clear")
        self.to_files()
        if not self.saved:
            rows = self.page.locator("[data-kw-row]").evaluate_all("(all) => all.map((row) => row.dataset.kwRow)")
            self.codes = iter([row.removesuffix("-0") for row in rows])

    def act(self, name):
        if name in {"kill", "send"}:
            return getattr(self, name)()
        code = next(self.codes)
        said = ("nonconform", f"Under the minimum: {code}.") if name == "short" else ("conform", "")
        self.page.locator(f'[data-kw-row="{code}-0"] a').click()
        self.page.keyboard.press("2" if name == "short" else "1")
        if name == "hasty":
            self.perhaps = code, said
            return self.kill()
        if name == "short":
            self.page.keyboard.type(said[1])
            self.page.keyboard.press("Control+Enter")
        self.saved[code], self.unsent = said, self.unsent + 1
        return self.light(f"only on this device: {self.unsent}.")

    def kill(self):
        self.stop()
        self.begin().enter()

    def send(self):
        """Find a connection, send, and lose it again."""
        self.line.open()
        self.sign_in()
        self.start().unlock().light("Safe to clear")
        self.unsent, self.perhaps = 0, None
        self.line.cut()
        self.enter()

    def stop(self):
        """End the browser as a battery does: with SIGKILL, and nothing is closed."""
        os.kill(self._pid(), signal.SIGKILL)
        with suppress(Error):
            self.context.close()

    def _pid(self):
        mark = f"--user-data-dir={self.profile}".encode()
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                said = each.read_bytes()
                if mark in said and b"--type=" not in said:
                    return int(each.parent.name)
        raise AssertionError("the browser does not run")


@settings(max_examples=steps(20), deadline=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(acts=some.lists(ACTS, min_size=1, max_size=9))
def test_nothing_that_showed_as_saved_is_lost(acts, chromium, executable, portal, tmp_path_factory):
    line, audit = Line(portal.url), KnownAudit(portal)
    profile = str(tmp_path_factory.mktemp("profile"))
    line.open()
    tablet = Tablet(chromium.browser_type, executable, line, profile, audit).begin()
    try:
        tablet.sign_in()
        tablet.take(audit)
        line.cut()
        tablet.enter()
        for each in ["short", *acts, "conform", "kill", "send"]:
            tablet.act(each)
        stored = {code: said for (code, _), said in audit.stored.items()}
        assert stored == tablet.saved
        query = select(SealedEntry.number).join(EntryChain, EntryChain.id == SealedEntry.chain_id)
        query = query.where(SealedEntry.audit_id == audit.id, EntryChain.public_key.is_not(None))
        assert sorted(audit.rows(query)) == [(number,) for number in range(1, len(tablet.saved) + 1)]
    finally:
        tablet.stop()
        line.cut()
