"""The complete portal on real servers, and a browser that checks accessibility of every page it opens."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine, create_engine, update

from audits.people.models import Person
from portal.app import create_app
from portal.demo import story
from portal.host import processes
from portal.host.supervisor import web_command, worker_command
from portal.settings import ROOT
from portal.stores import database
from portal.stores.roles import WORKER
from tests.conftest import Servers, make_settings
from tests.kit.waiting import PATIENCE

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
]  # fmt: skip
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


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
                    return re.search(rf"{re.escape(self.url)}(\S+)", message.get_body(("plain",)).get_content())[1]
            time.sleep(0.2)
        raise AssertionError(f"no mail for {address}")


@pytest.fixture(scope="session")
def portal(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Web server, worker, database and queue as `make serve` runs them."""
    port = _free_port()
    name = f"keurwerk_journey_{uuid4().hex[:8]}"
    url = servers.clone(name)
    state = tmp_path_factory.mktemp("journey")
    queue = own_queue(servers.redis_url)
    settings = make_settings(state, servers.url_as(url, WORKER), queue, base_url=f"http://127.0.0.1:{port}")
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
        if app:
            app.extensions["sessionmaker"].kw["bind"].dispose()
        servers.drop(name)


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or where the system has none the one that set-up fetched with Playwright."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Screen:
    """One person at one browser window. Every page that is reached is checked for accessibility."""

    def __init__(self, browser: Browser, base: str, *, javascript: bool = True, language: str = "en-GB") -> None:
        self.context = browser.new_context(
            base_url=base, java_script_enabled=javascript, locale=language, viewport={"width": 1280, "height": 900}
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page: Page = self.context.new_page()
        self._javascript = javascript
        self._judged: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("console", self._note)

    def open(self, path: str) -> "Screen":
        """Go to a path."""
        self.page.goto(path)
        return self.judge()

    def click(self, name: str, role: str = "button", *, exact: bool = False) -> "Screen":
        """Press a button or link by its words, and look at where it leads."""
        self.page.locator("main").get_by_role(role, name=name, exact=exact).first.click()
        self.page.wait_for_load_state()
        return self.judge()

    def link(self, name: str) -> "Screen":
        """Follow a link by its words."""
        return self.click(name, "link")

    def fill(self, **values: str) -> "Screen":
        """Type into fields by their name."""
        for name, value in values.items():
            self.page.locator(f'[name="{name}"]').first.fill(value)
        return self

    def choose(self, name: str, value: str) -> "Screen":
        """Tick a radio or checkbox by its name and value."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').check()
        return self

    def sign_in(self, email: str, password: str) -> "Screen":
        """Through the form, as everybody."""
        self.open("/login").fill(email=email, password=password)
        return self.click("Sign in")

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def judge(self) -> "Screen":
        """No accessibility violation, nothing wider than the window, no complaint in the console."""
        address = self.page.url.split("?")[0]
        if self._javascript and address not in self._judged:
            self._judged.add(address)
            found = Axe().run(self.page, options=WCAG)
            assert not found.response["violations"], f"{self.page.url}\n{found.generate_report()}"
            self.page.set_viewport_size({"width": 320, "height": 800})
            overflow = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert overflow <= 0, f"{self.page.url} is {overflow} px too wide at 320 px"
            self.page.set_viewport_size({"width": 1280, "height": 900})
        assert not self.complaints, self.complaints
        return self

    def _note(self, message: object) -> None:
        if message.type == "error" and "favicon" not in message.text and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def screen(chromium: Browser, portal: Portal) -> Iterator[object]:
    """Open a window: `screen()`, or `screen(javascript=False)`."""
    opened: list[Screen] = []

    def make(**options: object) -> Screen:
        opened.append(Screen(chromium, portal.url, **options))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def own_queue(redis_url: str) -> str:
    """Another database of the same server: a worker that really works takes what other tests only look at."""
    if redis_url.startswith("unix:"):
        return redis_url.replace("db=0", "db=1")
    return f"{redis_url.rstrip('/0')}/1"


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
    pytest.fail("the web server did not start")
