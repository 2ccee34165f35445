"""A member of the public in the demo, who uses the register over HTTP only."""

import html
import json
import re
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

BOUNDARY = "keurwerk-demo"
KEPT = 0.5  # seconds; for so long a page may be kept that was made before
MOMENT = 5.0
PATIENCE = 70.0  # the log is signed within a minute of an entry


class Teller(Protocol):
    """Records the steps of the demo."""

    def tell(self, actor: str, action: str, before: str, after: str) -> None:
        """Add a step."""
        ...

    def hold(self, truth: bool, what: str) -> None:
        """Fail the demo unless this is true."""
        ...


class Visitor:
    """Requests pages from the running server, and fails the demo on a wrong answer."""

    def __init__(self, base_url: str, story: Teller) -> None:
        self._base = base_url
        self._story = story

    def find(self, typed: str, name: str) -> None:
        """Search the register with a typing error."""
        page = self._get(f"/register?q={quote(typed)}&lang=en").decode()
        self._story.hold(name in page, f"a search for {typed} does not find {name}")
        self._story.tell("A hirer", f"searches the register for “{typed}” and finds {name}", "–", "found")

    def status(self, entry: str) -> str:
        """Return today's status of an entry, from the open data."""
        answer: dict[str, Any] = json.loads(self._get(f"/api/v1/agencies/{entry}"))
        return str(answer["status"])

    def status_soon(self, entry: str) -> str:
        """Return the status when every page has caught up with what was done just now."""
        time.sleep(KEPT)
        return self.status(entry)

    def sectors(self, entry: str, *, but: list[str] | None = None) -> list[str]:
        """Return the sectors that the certificate covers, from the open data; other ones than `but`, if they come."""
        if but is not None:
            self._wait(lambda: self.sectors(entry) != but)
        answer: dict[str, Any] = json.loads(self._get(f"/api/v1/agencies/{entry}"))
        return [str(sector) for sector in answer["certificate"]["scope"]["sectors"]]

    def _wait(self, shows: Callable[[], bool]) -> bool:
        """Wait a moment for a page: the register shows a change within a second, not at once."""
        end = time.monotonic() + MOMENT
        while not (shown := shows()) and time.monotonic() < end:
            time.sleep(0.1)
        return shown

    def expect_name(self, entry: str, name: str) -> None:
        """Expect this name on the entry's page."""
        wanted = html.escape(name, quote=False)
        seen = self._wait(lambda: wanted in self._get(f"/register/{entry}?lang=en").decode())
        self._story.hold(seen, f"the register does not name {name}")
        self._story.tell("A hirer", f"reads the name in the register: {name}", "–", "found")

    def expect_status(self, entry: str, status: str, action: str) -> None:
        """Expect this status on the entry's page and in the open data."""
        self._wait(lambda: self.status(entry) == status)
        found = self.status(entry)
        self._get(f"/register/{entry}?lang=en")
        self._story.hold(found == status, f"the register says {found}, not {status}")
        self._story.tell("A hirer", f"{action}: {self._base}/register/{entry}", "–", found)

    def download(self, number: str) -> bytes:
        """Download the certificate from the register."""
        pdf = self._get(f"/certificates/{number}.pdf")
        self._story.hold(pdf.startswith(b"%PDF-"), "the certificate is not a PDF")
        return pdf

    def verify(self, pdf: bytes, outcome: str, what: str) -> None:
        """Upload a file to the verification page, whose outcome is in `data-outcome`."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="certificate.pdf"\r\n'
        body = f"{head}Content-Type: application/pdf\r\n\r\n".encode() + pdf + f"\r\n--{BOUNDARY}--\r\n".encode()
        page = self._post("/verify?lang=en", body, f"multipart/form-data; boundary={BOUNDARY}").decode()
        found = re.search(r'data-outcome="([a-z_]+)"', page)
        self._story.hold(found is not None and found[1] == outcome, f"{what} is not called {outcome}")
        self._story.tell("A hirer", f"uploads {what} to {self._base}/verify", "–", outcome)

    def extract(self, entry: str) -> bytes:
        """Request a register extract, which is sealed during the request."""
        return self._post(f"/register/{entry}/extract?lang=en", b"", "application/x-www-form-urlencoded")

    def dump(self, number: str) -> bytes:
        """Download the archive of the public log, once a checkpoint covers the certificate of this number."""
        end = time.monotonic() + PATIENCE
        while not self._has_proof(number):
            self._story.hold(time.monotonic() < end, f"the log signed no head with {number}")
            time.sleep(0.2)
        return self._get("/ledger/dump.zip")

    def _has_proof(self, number: str) -> bool:
        try:
            with urlopen(f"{self._base}/certificates/{number}.tlog-proof", timeout=30) as answer:
                return bool(answer.read())
        except HTTPError:
            return False

    def _post(self, path: str, body: bytes, media_type: str) -> bytes:
        headers = {"Content-Type": media_type}
        return self._open(Request(f"{self._base}{path}", data=body, headers=headers, method="POST"))

    def _get(self, path: str) -> bytes:
        return self._open(Request(f"{self._base}{path}"))

    def _open(self, request: Request) -> bytes:
        try:
            with urlopen(request, timeout=30) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            self._story.hold(False, f"{request.full_url} answers {error.code}")
            raise
