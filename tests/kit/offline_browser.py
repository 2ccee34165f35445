"""The desk without a connection in a window of a real browser, as its person uses it."""

from playwright.sync_api import expect

from tests.kit.browser import PASSWORD
from tests.kit.waiting import PATIENCE


def says(place, words):
    expect(place).to_contain_text(words, timeout=PATIENCE * 1000)


class Device:
    """A browser window on which an audit is taken along."""

    def __init__(self, screen, audit, **options):
        self.window = screen(**options).sign_in(audit.email, PASSWORD)
        self.page, self.context, self.words = self.window.page, self.window.context, ""

    def authenticator(self):
        """Give the browser one that knows its person, and gives a secret to who is checked by it."""
        devtools = self.context.new_cdp_session(self.page)
        devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "hasPrf": True, "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        said = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

        def knows(*, person):
            devtools.send("WebAuthn.setUserVerified", said | {"isUserVerified": person})

        return knows

    def ask(self, audit, *, shared=False, passkey=False):
        """Fill the form that takes an audit along, and send it."""
        self.window.open(f"/inspector/audits/{audit.id}/devices")
        self.page.get_by_role("button", name="Take along on this device").click()
        self.page.locator("[data-kw-words]").wait_for()
        self.words = self.page.locator("[data-kw-words]").inner_text()
        self.window.judge()
        self.page.get_by_label("What you call this device").fill("Tablet")
        self.page.get_by_label("Type your five words").fill(self.words.upper())
        if shared:
            self.page.get_by_label("Others use this device too").check()
        if passkey:
            self.page.get_by_label("Open it with a passkey too").check()
        self.page.get_by_role("button", name="Take along").click()

    def take(self, audit, **said):
        self.ask(audit, **said)
        self.page.get_by_role("heading", name="Audits on this device").wait_for()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.window.judge()
        return self

    def cut(self, *, off=True):
        self.context.set_offline(off)
        self.window.complaints.clear()  # of requests that could not leave
        return self

    def start(self):
        """Load the page anew, as after a restart of the browser."""
        self.page.goto("/inspector/offline/?lang=en")
        self.page.get_by_role("heading", name="Open the desk").wait_for()
        return self

    def unlock(self, words=""):
        self.page.get_by_label("Your five words", exact=True).fill(words or self.words)
        self.page.get_by_role("button", name="Open", exact=True).click()
        return self

    def to_files(self):
        self.page.get_by_role("link", name="Personnel files").click()
        self.page.locator("a[aria-current=true]:focus").wait_for()
        return self

    def light(self, words):
        says(self.page.locator("[data-kw-light]"), words)
        return self
