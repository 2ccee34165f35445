"""The webhook of a list, as its owner sets it up, renews its secret and sends again."""

import pytest
from sqlalchemy import select

from certificates.following.models import Webhook, WebhookCall
from portal.signing.private_links import Purpose, token_of
from portal.stores.roles import REGISTER
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate
from tests.kit.following import add_webhook, followed_list


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture
def followed(session):
    return followed_list(session, make_certificate(session).agency)


@pytest.fixture
def page(app, session, followed):
    session.commit()
    with app.app_context():
        token = token_of(Purpose.FOLLOW, followed)
    browser = Browser(app)
    browser.open(f"/follow/{token}")
    browser.follow("Call your own software")
    return browser


def test_a_webhook_is_set_changed_renewed_and_ended(page, session):
    assert "whsec_" not in page.page.text
    assert page.submit(url="gopher://x", status=422).errors == [
        "Enter an address that begins with https:// and has no password in it."
    ]
    assert page.submit(url="", status=422).errors == ["Enter the address"]
    secret = page.submit(url="https://hirer.example/hook").soup.select_one("pre").get_text()
    assert secret.startswith("whsec_")
    page.submit(url="https://hirer.example/other")
    assert session.scalars(select(Webhook.url)).one() == "https://hirer.example/other"
    renewed = page.submit("form[action$='secret']").soup.select_one("pre").get_text()
    assert renewed.startswith("whsec_")
    assert renewed != secret
    assert "whsec_" not in page.submit("form[action$='stop']").text
    assert session.scalars(select(Webhook)).all() == []


def test_what_arrived_is_sent_again(app, session, followed):
    call_id = add_webhook(session, followed)
    session.commit()
    with app.app_context():
        token = token_of(Purpose.FOLLOW, followed)
    browser = Browser(app)
    browser.open(f"/follow/{token}/webhook")
    assert "on its way" in browser.submit(f"form[action$='{call_id}']").text
    session.expire_all()
    assert session.get_one(WebhookCall, call_id).due_at
    assert browser.page.response.headers["Cache-Control"] == "no-store"
