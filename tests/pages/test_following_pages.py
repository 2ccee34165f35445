"""From a pasted list to messages, and out again: without account, cookie and script."""

import io

import feedparser
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import undefer

from audits.core.outbox import OutboxItem
from certificates.following.models import Follow, Followed
from certificates.ledger.entries import EntryType
from portal.signing.private_links import Purpose, token_of
from portal.stores.roles import REGISTER
from portal.web.security_log import SecurityEvent
from portal.web.throttle import Throttle
from tests.kit.browser import Browser
from tests.kit.factories import make_agency
from tests.kit.factories.certificates import make_certificate
from tests.kit.following import ADDRESS, followed_list
from tests.pages.test_feeds import log


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture
def visitor(app):
    return Browser(app)


@pytest.fixture
def certificate(session):
    made = make_certificate(session, agency=make_agency(session, legal_name="Zwaluw Flex B.V."))
    session.commit()
    return made


@pytest.fixture
def token(session, app, certificate):
    follow_id = followed_list(session, certificate.agency)
    session.commit()
    with app.app_context():
        return token_of(Purpose.FOLLOW, follow_id)


def kept(session):
    session.expire_all()
    return session.scalars(select(Follow).options(undefer(Follow.address))).one_or_none()


def test_from_a_list_to_the_yes_and_out_again(app, session, visitor, certificate):
    visitor.open("/")
    visitor.follow("Get a message when an agency changes")
    page = visitor.submit(names="zwaluw flex\n12345")
    assert "“zwaluw flex”: is called so" in page.text
    assert "We found nothing for one line of your list" in page.text
    assert page.soup.select_one("[name=agencies][checked]")
    page = visitor.submit(email=ADDRESS, often="change")
    assert page.heading == "Look in your mailbox"
    row = kept(session)
    assert (row.address, row.language, row.daily, row.confirmed_at) == (ADDRESS, "en", False, None)
    with app.app_context():
        page = visitor.open(f"/follow/{token_of(Purpose.FOLLOW, row.id)}")
    assert kept(session).confirmed_at is None  # to open it says nothing
    page = visitor.submit()
    assert page.heading == "The agencies that you follow"
    assert kept(session).confirmed_at
    visitor.follow("Stop all messages")
    assert kept(session)
    assert visitor.submit().heading == "You get no more messages"
    assert kept(session) is None
    assert "Set-Cookie" not in visitor.page.response.headers


def test_a_file_is_a_list_as_well(visitor, certificate):
    visitor.open("/follow")
    rows = f"{certificate.agency.register_number};x\nzwaluw flex bv;y\n"
    page = visitor.submit(file=(io.BytesIO(rows.encode()), "list.csv"))
    assert len(page.soup.select("[name=agencies]")) == 1
    assert "has this number; “zwaluw flex bv”: is called so" in page.text


def test_a_look_alike_is_not_ticked(visitor, certificate):
    visitor.open("/follow")
    page = visitor.submit(names="Zwaluv Flecs")
    assert not page.soup.select("[name=agencies][checked]")
    assert visitor.submit(email=ADDRESS, often="day", status=422).errors == ["Tick at least one agency"]


def test_an_entry_leads_to_the_form_for_that_agency(visitor, session, certificate):
    visitor.open(f"/register/nl-{certificate.agency.register_number}")
    page = visitor.follow("Get a message when this changes")
    assert page.value("agencies") == f"nl-{certificate.agency.register_number}"
    visitor.submit(email=ADDRESS, often="day")
    assert kept(session).daily


def test_a_checked_list_becomes_a_followed_one(visitor, certificate):
    visitor.open("/bulk-check")
    visitor.submit(numbers=certificate.agency.register_number)
    button = next(each for each in visitor.page.soup.select("button") if "message of each change" in each.get_text())
    page = visitor.post(button["formaction"], {"names": visitor.page.value("names")}, status=200)
    assert page.soup.select("[name=agencies][checked]")


def test_names_of_others_are_left_out(visitor, session, certificate):
    data = {"agencies": ["nl-99999999", "x'; --", f"nl-{certificate.agency.register_number}"], "often": "change"}
    visitor.post("/follow", data | {"email": ADDRESS}, status=422)
    assert kept(session) is None


@pytest.mark.parametrize("given", [{}, {"names": ""}, {"names": "x\n" * 3000}, {"names": "\x00" * 9}])
def test_a_list_that_is_none_gets_a_word(visitor, given):
    visitor.open("/follow")
    page = visitor.post("/follow/choose", given, status=422 if "x" not in given.get("names", "") else 200)
    assert page.status == 200 or page.errors


def test_the_answer_tells_nobody_whether_an_address_follows_already(visitor, session, certificate):
    said = []
    for _ in range(5):
        visitor.open(f"/follow?agency=nl-{certificate.agency.register_number}")
        said.append(visitor.submit(email=ADDRESS, often="change").text)
    assert len(set(said)) == 1
    assert len(session.scalars(select(OutboxItem).where(OutboxItem.kind == "follow.mail")).all()) == 3


def test_agencies_are_left_out_and_the_way_is_changed(visitor, session, token, certificate):
    page = visitor.open(f"/follow/{token}")
    assert page.soup.select_one("[name=often][value=change][checked]")
    assert visitor.submit("form[action$='change']", agencies=[], status=422).errors == ["Tick at least one agency"]
    visitor.open(f"/follow/{token}")
    visitor.submit("form[action$='change']", often="day")
    assert kept(session).daily
    assert session.scalars(select(Followed)).one().agency_id == certificate.agency_id


def test_a_mail_program_ends_it_by_itself_and_may_repeat_itself(app, session, token):
    client = app.test_client()
    for _ in range(2):
        answer = client.post(f"/follow/{token}/stop", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert kept(session) is None
    assert client.get(f"/follow/{token}").status_code == 404


def test_the_feed_of_a_list_has_an_address_of_its_own(visitor, session, app, token, certificate):
    log(session, certificate, EntryType.SUSPENDED, "suspended")
    log(session, make_certificate(session), EntryType.SUSPENDED, "suspended")
    session.commit()
    address = visitor.open(f"/follow/{token}").soup.select_one("pre").get_text().partition("/follow")
    answer = app.test_client().get("/follow" + address[2])
    feed = feedparser.parse(answer.get_data())
    assert [entry.title for entry in feed.entries] == ["Zwaluw Flex B.V.: Geschorst"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert app.test_client().get(f"/follow/{token}/changes.atom").status_code == 404


@pytest.mark.parametrize("path", ["/follow/{}", "/follow/{}/stop"])
def test_pages_of_a_list_are_kept_nowhere_and_tell_nobody_their_address(app, token, path):
    headers = app.test_client().get(path.format(token)).headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"], headers["X-Robots-Tag"]) == (
        "no-store", "no-referrer", "noindex",
    )  # fmt: skip


def test_the_log_names_no_list_and_no_agency(app, token, caplog):
    with caplog.at_level("DEBUG"):
        app.test_client().get(f"/follow/{token}")
        app.test_client().post(f"/follow/{token}/stop")
    told = " ".join(f"{record.message} {record.__dict__}" for record in caplog.records)
    assert "/follow/<token>" in told
    assert token not in told
    assert ADDRESS not in told


def test_too_many_lists_are_asked_to_wait(app, visitor, session, certificate, monkeypatch):
    monkeypatch.setitem(app.extensions, "follow_throttle", Throttle(burst=1, per_second=0.1, clock=lambda: 0.0))
    for status in (200, 429):
        visitor.open(f"/follow?agency=nl-{certificate.agency.register_number}")
        visitor.submit(email=ADDRESS, often="change", status=status)
    assert len(session.scalars(select(Follow)).all()) == 1
    assert [each.detail for each in session.scalars(select(SecurityEvent))] in ([], ["registry.follow"])


def test_a_page_of_a_list_takes_few_statements(app, session, make_session, token):
    seen = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert app.test_client().get(f"/follow/{token}").status_code == 200
    reads = [each for each in seen if each.lstrip().upper().startswith("SELECT") and "set_config" not in each]
    assert len(reads) == 2, reads
