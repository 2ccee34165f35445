"""The offline QR code in a real browser: correct results, no requests, works without internet."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from audits.core import clock
from certificates.credentials import offline_token
from portal.signing.keys import current_keys
from tests.kit.snapshot import certificate
from tests.kit.waiting import until

YEAR = clock.today().year
PRINTED = {"valid_from": f"{YEAR - 1}-03-02", "valid_until": f"{YEAR + 1}-03-01"}
REGISTER_DECIDES = "Only the register says whether it still counts today."


@pytest.fixture
def token(portal):
    """Make a code with the portal's own key."""
    with portal.app.app_context():
        key = current_keys().credential_key
    return lambda **changes: offline_token(certificate(**(PRINTED | changes)), key)


@pytest.fixture
def shown(screen):
    """Open the page with a code; what it answers, once it has."""

    def shown(token, **options):
        window = screen(**options)
        window.open(f"/check#c={token}")
        window.page.locator("[data-outcome]:visible").wait_for()
        window.judge()
        return window

    return shown


def outcome(window):
    return window.page.locator("[data-outcome]:visible").get_attribute("data-outcome")


def test_a_genuine_code_says_what_was_printed(shown, token):
    window = shown(token(legal_name="Общество «Труд» & <b>Zonen</b>", conditional=True))
    assert outcome(window) == "genuine"
    for words in (
        "Общество «Труд» & <b>Zonen</b>", "12345678", "KW-2027-00017-58", f"2 March {YEAR - 1}", f"1 March {YEAR + 1}",
        "Certified with conditions", REGISTER_DECIDES,
    ):  # fmt: skip
        assert words in window.text
    link = window.page.get_by_role("button", name="Look in the register")
    assert link.get_attribute("href") == "/certificates/KW-2027-00017-58"


def test_it_speaks_dutch(shown, token):
    window = shown(token(), language="nl-NL")
    assert f"2 maart {YEAR - 1}" in window.text
    assert window.page.locator("html").get_attribute("lang") == "nl"


def test_days_decide(shown, token):
    assert outcome(shown(token(valid_until=f"{YEAR - 1}-12-31"))) == "over"
    assert outcome(shown(token(valid_from=f"{YEAR + 1}-01-01"))) == "early"
    today = clock.today().isoformat()
    assert outcome(shown(token(valid_from=today))) == "genuine"
    assert outcome(shown(token(valid_until=today))) == "genuine"


def test_a_name_that_was_cut_shows_it(shown, token):
    assert "The three dots show where it was cut off." in shown(token(legal_name="Lang " * 60)).text
    assert "three dots" not in shown(token()).text


def rewritten(token, header=None, payload=None, signature=None):
    """Return the token with parts of it replaced; the signature stays what it was unless it is given."""

    def coded(data):
        return urlsafe_b64encode(data).rstrip(b"=").decode()

    def decoded(part):
        return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    head, body, tail = token.split(".")
    head = coded(json.dumps(decoded(head) | header).encode()) if header else head
    body = coded(json.dumps(decoded(body) | payload).encode()) if payload else body
    return f"{head}.{body}.{tail if signature is None else signature}"


def test_what_is_not_ours_is_never_called_genuine(shown, token):
    ours = token()
    window = shown(rewritten(ours, payload={"n": "KW-2027-00018-55"}))
    assert outcome(window) == "altered"
    stranger = offline_token(certificate(**PRINTED), ec.generate_private_key(ec.SECP256R1()))
    named = rewritten(stranger, header=json.loads(urlsafe_b64decode(ours.split(".")[0] + "===")))
    for wrong, answer in (
        (rewritten(ours, payload={"a": "Another Agency B.V."}), "altered"),
        (rewritten(ours, payload={"u": "20991231"}), "altered"),
        (named, "altered"),
        (rewritten(ours, header={"alg": "none"}), "altered"),
        (rewritten(ours, header={"alg": "HS256"}), "altered"),
        (rewritten(ours, header={"typ": "vc+jwt"}), "altered"),
        (rewritten(ours, signature="A" * 86), "altered"),
        (stranger, "unknown"),
        (rewritten(ours, header={"kid": "__proto__"}), "unknown"),
        (rewritten(ours, signature=""), "unreadable"),
        (ours[:-20], "unreadable"),
        (ours + "." + ours, "unreadable"),
        ("x" * 5000, "unreadable"),
        ("%00%ff.<script>.x", "unreadable"),
    ):
        window.page.goto("about:blank")
        window.page.goto(f"/check#c={wrong}")
        window.page.locator("[data-outcome]:visible").wait_for()
        assert outcome(window) == answer, wrong
        assert REGISTER_DECIDES not in window.text


def test_one_flipped_bit_is_found(shown, token):
    ours, letters = token(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    window = shown(ours)
    for place in range(3, len(ours), 23):
        if ours[place] == ".":
            continue
        changed = ours[:place] + letters[letters.index(ours[place]) ^ 1] + ours[place + 1 :]
        window.page.evaluate("text => { location.hash = 'c=' + text; }", changed)
        window.page.locator("[data-outcome]:visible:not([data-outcome=genuine])").wait_for()
        window.page.evaluate("text => { location.hash = 'c=' + text; }", ours)
        window.page.locator("[data-outcome=genuine]:visible").wait_for()


def test_nothing_is_sent_and_no_internet_is_needed(screen, token):
    window = screen()
    asked = []
    # Chromium looks for the icon again whenever what follows `#` changes; the icon's address holds nothing of it.
    window.page.on("request", lambda request: "favicon" in request.url or asked.append(request.url))
    window.page.goto("/check")
    window.page.locator("[data-outcome=none]:visible").wait_for()
    window.page.wait_for_load_state("networkidle")
    before = len(asked)
    assert before > 0
    window.context.set_offline(True)
    window.page.evaluate("text => { location.hash = 'c=' + text; }", token())
    window.page.locator("[data-outcome=genuine]:visible").wait_for()
    assert asked[before:] == []
    assert not any("#" in url or "c=" in url for url in asked)


def test_who_came_once_can_come_again_without_internet(screen, token):
    window = screen()
    window.page.goto("/check?lang=en")
    window.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # `evaluate` waits for an answer that comes later; `wait_for_function` would take the promise of one for a yes.
    urls = "async () => (await (await caches.open('check')).keys()).map(each => each.url).join(' ')"
    parts = ("/check?lang=en", "check.js", "site.css", ".woff2")
    until(lambda: all(part in window.page.evaluate(urls) for part in parts))
    window.context.set_offline(True)
    window.page.goto(f"/check#c={token()}")
    window.page.locator("[data-outcome=genuine]:visible").wait_for()
    assert window.page.evaluate("document.fonts.check('16px \"Source Sans 3\"')")
    gone = "fetch('/check?not-kept').then(() => false, () => true)"
    assert window.page.evaluate(gone), "there was internet after all"


def test_without_javascript_the_page_says_what_else_to_do(screen, token):
    window = screen(javascript=False)
    window.open(f"/check#c={token()}")
    assert "This check needs JavaScript" in window.text
    assert window.page.locator("[data-outcome]:visible").count() == 0
    window.link("Check with the number or the file")
    assert window.heading == "Check a certificate"


def test_the_answer_is_read_aloud_and_reached_with_the_keyboard(shown, token):
    window = shown(token())
    assert window.page.locator("#check").get_attribute("role") == "status"
    for _ in range(30):
        window.page.keyboard.press("Tab")
        if window.page.evaluate("document.activeElement.textContent.trim()") == "Look in the register":
            break
    else:
        pytest.fail("the link to the register cannot be reached with the keyboard")
