"""Pages for signing in, links sent by mail, and the own account."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from audits.core.access import Role
from audits.people.services import retire_person
from portal.app import create_app
from portal.doors.account import services
from portal.doors.account.models import LoginSession
from portal.doors.account.rules import LIMITS, TOKEN_LIFETIME, Purpose
from portal.work import mail
from tests.conftest import make_settings
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories.people import make_person

OTHER = "zeven lange zinnen later"
REFUSED = "The e-mail address or the password is not right."
PUBLIC = ["/login", "/reset", "/reset/sent"]
OWN = ["/account", "/account/profile", "/account/password", "/account/sessions", "/account/interests"]


def sign_in(browser, email, password=PASSWORD, status=200):
    browser.open("/login")
    return browser.submit(email=email, password=password, status=status)


def guess(app, email):
    """As strangers, until the account is closed to strangers."""
    for number in range(LIMITS["account"].free):
        sign_in(Browser(app, address=f"192.0.2.{number}"), email, "a wrong password", status=422)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_speaks_both_languages(app, session, person, language):
    token = services.mint_token(session, person.id, Purpose.INVITATION)
    session.flush()
    browser = Browser(app, language)
    for path in [*PUBLIC, f"/invitation/{token}"]:
        assert browser.open(path).soup.html["lang"] == language
    person.language = language
    browser.sign_in(session, person)
    for path in OWN:
        assert browser.open(path).soup.html["lang"] == language
    assert browser.open(f"/account?lang={'en' if language == 'nl' else 'nl'}").soup.html["lang"] != language


def test_signing_in_goes_on_to_where_one_wanted_to_be(app, person):
    browser = Browser(app)
    page = browser.open("/account/profile?lang=en")
    assert page.heading == "Sign in"
    page = browser.submit(email=person.email, password=PASSWORD)
    assert page.path == "/account/profile?lang=en"


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_away(app, person, target):
    browser = Browser(app)
    browser.open("/login")
    browser.submit(email=person.email, password=PASSWORD, next=target)


def test_signing_in_takes_a_new_cookie_and_keeps_nothing_of_the_old(app, session, person):
    browser = Browser(app)
    browser.open("/login")
    with browser.client.session_transaction() as cookie:
        cookie["token"] = "set by somebody else"
        cookie["left"] = "behind"
        csrf = cookie["csrf_token"]
    sign_in(browser, person.email)
    with browser.client.session_transaction() as cookie:
        assert services.find_session(session, cookie["token"]).actor.id == person.id
        assert "left" not in cookie
        assert cookie.get("csrf_token") != csrf


def test_who_is_signed_in_does_not_see_the_login_form(signed_in):
    assert signed_in.open("/login").heading != "Sign in"


def test_unknown_and_wrong_get_the_same_answer_and_keep_the_address(app, session, person):
    invited = make_person(session, Role.PLANNER)
    answers = []
    for email in (person.email, "nobody@example.nl", invited.email):
        page = sign_in(Browser(app), email, "a wrong password", status=422)
        assert page.errors == [REFUSED]
        assert page.value("email") == email
        assert page.value("password") == ""
        answers.append((page.status, sorted(page.response.headers.keys()), page.text))
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("known", [True, False])
def test_after_some_failures_the_answer_is_wait_for_known_and_unknown_alike(app, person, known):
    email = person.email if known else "nobody@example.nl"
    browser = Browser(app)
    for _ in range(LIMITS["pair"].free):
        sign_in(browser, email, "a wrong password", status=422)
    page = sign_in(browser, email, status=429)
    assert page.errors == ["Too many attempts. Try again in 1 min."]
    assert 0 < int(page.response.headers["Retry-After"]) <= LIMITS["pair"].wait.total_seconds()
    assert page.value("email") == email


def test_strangers_who_guess_do_not_lock_out_a_browser_that_signed_in_before(app, person):
    own, fresh = Browser(app, address="198.51.100.7"), Browser(app, address="198.51.100.8")
    sign_in(own, person.email)
    own.submit("header form")
    guess(app, person.email)
    sign_in(fresh, person.email, status=429)
    assert sign_in(own, person.email.upper()).heading != "Sign in"


def test_a_forged_device_cookie_gives_no_advantage(app, person):
    browser = Browser(app)
    for _ in range(LIMITS["pair"].free):
        sign_in(browser, person.email, "a wrong password", status=422)
    browser.client.set_cookie("keurwerk-device", "number.0123456789")
    sign_in(browser, person.email, status=429)


def test_after_a_new_password_a_browser_of_before_is_a_stranger(app, session, person):
    browser = Browser(app)
    sign_in(browser, person.email)
    browser.submit("header form")
    services.store_password(session, person, OTHER)
    session.flush()
    guess(app, person.email)
    sign_in(browser, person.email, OTHER, status=429)


def test_signing_out_ends_the_session_on_the_server_and_a_copied_cookie_with_it(app, session, person):
    browser, thief = Browser(app), Browser(app)
    sign_in(browser, person.email)
    with browser.client.session_transaction() as cookie, thief.client.session_transaction() as copy:
        copy.update(cookie)
    assert thief.open("/account").heading == "My account"
    assert browser.submit("header form").notes == ["You are signed out."]
    assert thief.open("/account").heading == "Sign in"


def test_a_session_that_ended_leads_to_the_login_page_and_back(signed_in, session):
    signed_in.open("/account/profile")
    session.execute(update(LoginSession).values(ended_at=clock.now()))
    page = signed_in.submit(name="Sam Tester")
    assert page.heading == "Sign in"
    assert page.value("next") == "/account/profile"


def test_reading_keeps_a_session_alive_and_writes_at_most_once_a_minute(real_db, state):
    # Needs real commits: the note is made in a transaction beside that of the request.
    url = real_db.url.render_as_string(hide_password=False)
    app = create_app(make_settings(state, url, "redis://localhost:1"))
    browser = Browser(app)
    with Session(real_db) as session:
        browser.sign_in(session, make_person(session, Role.PLANNER))
        row = session.scalars(select(LoginSession)).one()
        fresh = row.seen_at
        session.commit()
        browser.open("/account")
        session.refresh(row)
        assert row.seen_at == fresh
        row.seen_at = fresh - timedelta(minutes=30)
        session.commit()
        browser.open("/account")
        session.refresh(row)
        assert row.seen_at > fresh
    app.extensions["sessionmaker"].kw["bind"].dispose()


def test_without_the_token_of_the_form_nothing_happens(app, session, person, signed_in):
    for path in (
        "/account/password",
        "/account/profile",
        "/account/sessions",
        "/account/sessions/all",
        "/account/interests",
        "/logout",
    ):
        assert signed_in.post(path, {"name": "x"}, status=400)
    assert signed_in.open("/account").heading == "My account"
    Browser(app).post("/login", {"email": person.email, "password": PASSWORD}, status=400)


def test_a_role_taken_away_counts_from_the_next_page(signed_in, session, person):
    signed_in.open("/account/interests")
    person.role_rows = [row for row in person.role_rows if row.role is Role.ADMINISTRATOR]
    session.flush()
    signed_in.open("/account/interests", status=403)


def test_retiring_a_person_ends_the_sessions_at_once(signed_in, session, person):
    other = make_person(session, Role.ADMINISTRATOR)
    retire_person(session, other.actor, person.id)
    session.flush()
    assert signed_in.open("/account").heading == "Sign in"


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(app, session, person):
    away = Browser(app).sign_in(session, person)
    browser = Browser(app)
    browser.open("/reset")
    answer = browser.submit(email=person.email)
    assert answer.path == "/reset/sent"
    link = mailed_path(app, session)
    assert link.startswith("/reset/")
    browser.open(link)
    page = browser.submit(password="te kort", status=422)
    assert page.errors == ["Use at least 12 characters."]
    page = browser.submit(password=OTHER)
    assert page.notes == ["Your password is set. You are signed in."]
    assert away.open("/account").heading == "Sign in"
    assert Browser(app).open(link, status=410).heading == "This link no longer works"
    browser.submit("header form")
    sign_in(browser, person.email, PASSWORD, status=422)
    sign_in(browser, person.email, OTHER)


def test_asking_for_a_link_says_the_same_for_every_address(app, session, person):
    answers = set()
    for email in (person.email, "nobody@example.nl"):
        browser = Browser(app)
        browser.open("/reset")
        page = browser.submit(email=email)
        answers.add((page.path, page.text))
        for _ in range(LIMITS["reset-account"].free - 1):
            browser.open("/reset")
            browser.submit(email=email)
        browser.open("/reset")
        page = browser.submit(email=email)
        answers.add((page.path, page.text))
    assert len(answers) == 1


def test_who_floods_an_address_with_links_keeps_nobody_from_a_new_password(app, session, person):
    """The mails that a stranger causes hold links that work, and there is always one that is young enough."""
    for number in range(LIMITS["reset-account"].free + 5):
        stranger = Browser(app, address=f"203.0.113.{number}")
        stranger.open("/reset")
        stranger.submit(email=person.email)
    owner = Browser(app)
    owner.open("/reset")
    assert owner.submit(email=person.email).path == "/reset/sent"
    owner.open(mailed_path(app, session))
    assert owner.submit(password=OTHER).notes == ["Your password is set. You are signed in."]
    assert LIMITS["reset-account"].longest < TOKEN_LIFETIME[Purpose.RESET]


def test_who_asks_for_many_links_waits(app, session, person):
    browser = Browser(app)
    for number in range(LIMITS["reset-address"].free):
        browser.open("/reset")
        browser.submit(email=f"nobody-{number}@example.nl")
    browser.open("/reset")
    assert browser.submit(email=person.email, status=429).response.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/reset/none", "/invitation/none"])
def test_a_link_that_never_was_says_so(app, path):
    assert Browser(app).open(path, status=410).heading == "This link no longer works"


def test_an_invitation_lets_somebody_in_for_the_first_time(app, session):
    invited = make_person(session, Role.PLANNER)
    token = services.mint_token(session, invited.id, Purpose.INVITATION)
    session.flush()
    browser = Browser(app)
    browser.open(f"/invitation/{token}")
    browser.open(f"/invitation/{token}")  # a mail scanner looked first
    browser.submit(password=OTHER)
    assert browser.open("/account").text.count(invited.email) == 1


def test_a_public_page_leaves_the_cookie_alone(app):
    for path in ("/healthz", "/reset/sent"):
        response = app.test_client().get(path)
        assert "Set-Cookie" not in response.headers
    assert "Cookie" not in app.test_client().get("/healthz").headers.get("Vary", "")


def test_the_own_pages_ask_the_database_little(signed_in, session, engine):
    for path in OWN:
        statements = []
        listener = lambda *args: statements.append(args[2])  # noqa: B023, E731
        event.listen(engine, "before_cursor_execute", listener)
        signed_in.open(path)
        event.remove(engine, "before_cursor_execute", listener)
        assert len([each for each in statements if "SAVEPOINT" not in each]) <= 8, path


def mailed_path(app, session):
    """Do the newest job as the worker would, and read the link in the mail."""
    item = session.scalars(select(outbox.OutboxItem).order_by(outbox.OutboxItem.created_at.desc())).first()
    settings = app.extensions["settings"]
    folder = Path(settings.mail_url.removeprefix("file://"))
    with app.app_context():
        outbox.deliver(session, item.id, {"mail": mail.deliver})
    session.flush()
    written = (folder / f"{item.id}.eml").read_text()
    return next(line for line in written.splitlines() if line.startswith(settings.base_url)).removeprefix(
        settings.base_url
    )
