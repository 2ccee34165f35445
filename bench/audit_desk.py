"""What the desk asks of hands and of a slow device, in Chromium: keys, page loads, readiness, a key that shows."""

import shutil
import time
from dataclasses import dataclass
from typing import Any

from bench import load
from bench.results import Report
from bench.served import Installed

VERDICTS, KEYS, LOADS, NOTES = 869, 1000, 60, 20  # a note on every twentieth
READY_S, KEY_P50, KEY_P95, SLOWER = 1.0, 50.0, 80.0, 4
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
HERE = ".kw-cell--here"
FOCUS = "a[aria-current=true]:focus"
PAINTED = """code => new Promise(done => {
  const begin = performance.now();
  const button = document.querySelector('.kw-cell--here');
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: code, bubbles: true, cancelable: true}));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin), 0));
})"""


@dataclass
class Felt:
    """What was counted and measured."""

    verdicts: int
    keys: int
    loads: int
    ready: float
    presses: list[float]


def measure(ours: Installed, base: str, *, small: bool) -> Felt | None:
    """Judge units with keys alone, then look at the matrix with a device four times slower; None without a Chromium."""
    try:
        from playwright.sync_api import sync_playwright  # a package of the tests
    except ImportError:
        return None
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(base_url=f"http://127.0.0.1:{ours.port}", locale="en-GB")
        _sign_in(page, ours)
        verdicts, keys, loads = _judge(page, base, units=1 if small else 1000)
        ready, presses = _slow(page, base, presses=3 if small else 60)
        browser.close()
    return Felt(verdicts, keys, loads, ready, presses)


def aim(report: Report, felt: Felt) -> None:
    """Record what was found; keys and loads are computed for the 869 verdicts that the target is about."""
    keys, loads = (round(each / felt.verdicts * VERDICTS) for each in (felt.keys, felt.loads))
    of = f"{VERDICTS} verdicts, from {felt.verdicts}"
    report.aim(f"key strokes for {of}", f"<= {KEYS:,}", f"{keys:,}", keys <= KEYS)
    report.aim(f"page loads for {of}", f"<= {LOADS}", f"{loads}", loads <= LOADS)
    report.aim(f"matrix ready, {SLOWER} x slower", f"<= {READY_S} s", f"{felt.ready:.2f} s", felt.ready <= READY_S)
    p50, p95 = (load.percentile_ms([each / 1000 for each in felt.presses], share) for share in (0.5, 0.95))
    report.aim(f"a key shows, p50, {SLOWER} x slower", f"<= {KEY_P50:.0f} ms", f"{p50:.0f} ms", p50 <= KEY_P50)
    report.aim(f"a key shows, p95, {SLOWER} x slower", f"<= {KEY_P95:.0f} ms", f"{p95:.0f} ms", p95 <= KEY_P95)


def _sign_in(page: Any, ours: Installed) -> None:
    page.goto("/login")
    page.fill("[name=email]", ours.seeded["staff"]["inspector"])
    page.fill("[name=password]", ours.seeded["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)


def _judge(page: Any, base: str, *, units: int) -> tuple[int, int, int]:
    """Judge files with a key for each verdict and a note on every twentieth; return verdicts, keys and page loads."""
    verdicts = keys = 0
    page.goto(f"{base}/units/personnel_file/1")
    loads = 1
    for _ in range(units):
        page.locator(FOCUS).wait_for()
        cells = page.locator("[data-kw-cell]").count()
        for _cell in range(cells):
            verdicts += 1
            if verdicts % NOTES:
                page.keyboard.press("1")
                keys += 1
                continue
            page.keyboard.press("2")  # which asks for a note; its letters do not count
            page.keyboard.type("Seen.")
            page.keyboard.press("Control+Enter")
            keys += 2
        page.locator("[data-kw-done]").filter(has_text=str(cells)).wait_for()
        if page.evaluate("document.activeElement.rel") != "next":
            break
        with page.expect_navigation():
            page.keyboard.press("Enter")
        keys, loads = keys + 1, loads + 1
        if "/units/personnel_file/" not in page.url:
            break
    return verdicts, keys, loads


def _slow(page: Any, base: str, *, presses: int) -> tuple[float, list[float]]:
    """Return the seconds until the matrix answers to keys, and the milliseconds until each key shows."""
    device = page.context.new_cdp_session(page)
    device.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    begin = time.perf_counter()
    page.goto(f"{base}/matrix/personnel_file")
    page.locator(HERE).first.wait_for()
    ready = time.perf_counter() - begin
    found = [page.evaluate(PAINTED, "ArrowDown" if number % 2 else "ArrowUp") for number in range(presses)]
    device.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return ready, found
