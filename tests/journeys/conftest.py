"""The complete portal on real servers, and a browser that checks accessibility of every page it opens."""

import re
import shutil
from collections.abc import Iterator
from hashlib import sha256

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import Servers
from tests.kit.portals import Portal, running_portal
from tests.kit.waiting import PATIENCE

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
]  # fmt: skip
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "preload": {"assets": ["media"]},  # no rule of these levels reads style sheets
    "resultTypes": ["violations"],  # a selector of every element that passes costs more than the rules
}
# Axe takes half a second of CPU for a page: it judges once what differs by nothing that it looks at.
BESIDE = re.compile(r"\?.*|#.*-cell$")
"""Of an address: what was asked, and the cell of a desk at which a person is."""
CHANGING = re.compile(r'name="csrf_token"[^>]*|[0-9a-f]{8}-[0-9a-f-]{27}')
"""What makes two equal pages differ."""
PASSED: set[str] = set()
"""Hashes of the pages that were found right in this run."""


@pytest.fixture(scope="session")
def portal(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal that most journeys share; who changes the norm in force takes one of its own."""
    with running_portal(servers, tmp_path_factory.mktemp("journey")) as running:
        yield running


@pytest.fixture(scope="session")
def executable() -> str | None:
    """Debian's Chromium, or where the system has none the one that set-up fetched with Playwright."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def windowless(executable: str | None) -> str | None:
    """The same without windows, which nobody sees: it takes a third less CPU. Playwright's own starts it unasked."""
    return shutil.which("chromium-headless-shell") or executable


@pytest.fixture(scope="package")
def chromium(windowless: str | None) -> Iterator[Browser]:
    """A browser.

    One for all journeys, each in windows of its own; it ends with them, because its event loop would bar other tests
    from theirs.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=windowless, args=ARGUMENTS)
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
        """Through the form, as everybody; the form itself is judged as a public page, and not each time."""
        self.page.goto("/login")
        return self.fill(email=email, password=password).click("Sign in")

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def judge(self) -> "Screen":
        """No accessibility violation, nothing wider than the window, no complaint in the console."""
        address = BESIDE.sub("", self.page.url)
        if self._javascript and address not in self._judged:
            self._judged.add(address)
            looks = sha256(CHANGING.sub("", self.page.content()).encode()).hexdigest()
            if looks not in PASSED:
                self._look()
                PASSED.add(looks)
        assert not self.complaints, self.complaints
        return self

    def _look(self) -> None:
        found = Axe().run(self.page, options=WCAG)
        assert not found.response["violations"], f"{self.page.url}\n{found.generate_report()}"
        self.page.set_viewport_size({"width": 320, "height": 800})
        overflow = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{self.page.url} is {overflow} px too wide at 320 px"
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def _note(self, message: object) -> None:
        if message.type == "error" and "favicon" not in message.text and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def screen(chromium: Browser, portal: Portal) -> Iterator[object]:
    """Open a window: `screen()`, or `screen(javascript=False)`; `named`: by the name of the machine, for passkeys."""
    opened: list[Screen] = []

    def make(*, named: bool = False, **options: object) -> Screen:
        base = portal.url.replace("127.0.0.1", "localhost") if named else portal.url
        opened.append(Screen(chromium, base, **options))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
