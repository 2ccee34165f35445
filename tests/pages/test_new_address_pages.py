"""Another e-mail address for the own account: asked for, taken by its link, undone by the link to the one before."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import RuleError
from audits.core.events import Event
from audits.core.outbox import OutboxItem, deliver
from audits.people.models import Person
from audits.people.services import invite_person
from portal.doors.account import services
from portal.doors.account.models import AddressChange, MailToken
from portal.doors.account.rules import LIMITS, TOKEN_LIFETIME, Purpose
from portal.work import mail
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import give_password, make_person

NEW = "nieuw@x.example"
OTHER = "zeven lange zinnen later"
SAID = ["If the new address has no account yet, a mail with a link is on its way to it."]
GONE = "This link no longer works"


@pytest.fixture
def owner(session):
    """Somebody of an agency with a password; staff change theirs in the same way."""
    return give_password(session, make_person(session, Role.AGENCY_OWNER, make_agency(session)))


@pytest.fixture
def own(app, session, owner):
    return Browser(app).sign_in(session, owner)


@pytest.fixture
def mails(app, session):
    """Deliver what waits as the worker would; return the paths of the links, by reader, newest last."""

    def read():
        base, found = app.extensions["settings"].base_url, {}
        folder = Path(app.extensions["settings"].mail_url.removeprefix("file://"))
        waiting = select(OutboxItem.id).where(OutboxItem.done_at.is_(None), OutboxItem.kind == "mail")
        for number in session.scalars(waiting.order_by(OutboxItem.created_at)).all():
            with app.app_context():
                deliver(session, number, {"mail": mail.deliver})
            session.flush()
            if (path := folder / f"{number}.eml").exists():
                message = message_from_bytes(path.read_bytes(), policy=policy.default)
                text = message.get_body(("plain",)).get_content()
                found.setdefault(message["To"], []).append(re.search(rf"{base}(\S+)", text)[1])
        return found

    return read


def ask(browser, email=NEW, current=PASSWORD, **expected):
    browser.open("/account/address")
    return browser.submit(email=email, current=current, **expected)


def signs_in(session, email, password=PASSWORD):
    try:
        return bool(services.sign_in(session, email, password))
    except RuleError:
        return False


def names(session, person):
    query = select(Event.name).where(Event.subject_id == person.id, Event.name.like("account.%address"))
    return session.scalars(query.order_by(Event.id)).all()


@pytest.mark.parametrize("role", [Role.AGENCY_OWNER, Role.INSPECTOR])
def test_the_new_address_counts_once_its_link_is_opened(app, session, role, mails):
    agency = make_agency(session) if role is Role.AGENCY_OWNER else None
    person = give_password(session, make_person(session, role, agency))
    old = person.email
    here, away = Browser(app).sign_in(session, person), Browser(app).sign_in(session, person)
    assert ask(here).notes == SAID
    sent = mails()
    assert set(sent) == {NEW, old}
    assert (signs_in(session, NEW), person.email) == (False, old)
    [link] = sent[NEW]
    page = here.open(link)
    here.open(link)  # a mail scanner looked first
    assert NEW in page.text
    assert here.submit("main form").notes == ["Your e-mail address is changed. Sign in with it from now on."]
    session.refresh(person)
    assert person.email == NEW
    assert NEW in here.open("/account").text
    assert away.open("/account").heading == "Sign in"
    assert (signs_in(session, old), signs_in(session, NEW)) == (False, True)
    assert here.open(link, status=410).heading == GONE
    assert names(session, person) == ["account.ask_address", "account.take_address"]
    told = str([(each.data, each.note) for each in session.scalars(select(Event))])
    told += str([each.payload for each in session.scalars(select(OutboxItem))])
    assert NEW not in told
    assert old not in told


def test_it_asks_for_the_password_and_an_address_of_its_own(own, owner, session):
    assert ask(own, current="wrong", status=422).errors == ["The current password is not right."]
    assert own.page.value("email") == NEW
    assert ask(own, owner.email.upper(), status=422).errors == ["This is your e-mail address already."]
    assert len(ask(own, "nobody", status=422).errors) == 1
    assert session.scalars(select(AddressChange)).all() == []


def test_who_asks_often_waits(own):
    for number in range(LIMITS["address-change"].free):
        assert ask(own, f"a{number}@x.example").notes == SAID
    assert "Retry-After" in ask(own, status=429).response.headers


def test_nobody_learns_that_an_address_has_an_account(app, session, own, owner, mails):
    other, old = make_person(session, Role.INSPECTOR), owner.email
    assert ask(own, other.email).notes == SAID
    assert set(mails()) == {old}


def test_an_address_that_another_took_meanwhile_is_not_taken(session, own, owner, mails):
    ask(own)
    [link] = mails()[NEW]
    make_person(session, Role.INSPECTOR).email = NEW
    session.flush()
    own.open(link)
    assert own.submit("main form", status=410).heading == GONE
    session.refresh(owner)
    assert owner.email != NEW


def test_the_last_address_asked_for_counts_and_links_end(app, session, own, owner, mails):
    old_reset = f"/reset/{services.mint_token(session, owner.id, Purpose.RESET)}"
    session.flush()
    ask(own)
    ask(own, "later@x.example")
    sent = mails()
    assert own.open(sent["later@x.example"][0]).heading == "Confirm your new e-mail address"
    own.submit("main form")
    assert NEW not in sent  # that mail was still to be sent
    assert Browser(app).open(old_reset, status=410).heading == GONE
    session.refresh(owner)
    assert owner.email == "later@x.example"


@pytest.mark.parametrize("taken", [False, True])
def test_whoever_reads_the_old_mailbox_undoes_it(app, session, own, mails, taken):
    owner = session.scalars(select(Person).where(Person.agency_id.is_not(None))).one()
    old = owner.email
    ask(own)
    sent = mails()
    [objection] = sent[old]
    if taken:
        own.open(sent[NEW][0])
        own.submit("main form")
        ask(own, "further@x.example")
        own.open(mails()["further@x.example"][0])
        own.submit("main form")
    holder = Browser(app)
    page = holder.open(objection)
    assert (page.heading, old in page.text) == ("Keep your e-mail address", True)
    assert NEW not in page.text
    assert holder.submit(password="short", status=422).errors == ["Use at least 12 characters."]
    holder.submit(password=OTHER)
    assert old in holder.open("/account").text
    assert own.open("/account").heading == "Sign in"
    assert (signs_in(session, NEW), signs_in(session, old), signs_in(session, old, OTHER)) == (False, False, True)
    for link in (sent[NEW][0], objection):
        assert Browser(app).open(link, status=410).heading == GONE
    assert names(session, owner)[-1] == "account.keep_address"


def test_somebody_invited_at_the_old_address_does_not_stand_in_the_way(app, session, own, owner, mails):
    """Else a thief would keep the account by an invitation."""
    old = owner.email
    ask(own)
    sent = mails()
    own.open(sent[NEW][0])
    own.submit("main form")
    session.refresh(owner)
    invited = {"email": old, "language": "nl", "roles": {Role.AGENCY_EDITOR}, "agency_id": owner.agency_id}
    decoy = invite_person(session, owner.actor, name="Nep", **invited)
    session.flush()
    holder = Browser(app)
    holder.open(sent[old][0])
    holder.submit(password=OTHER)
    session.expire_all()
    assert session.scalars(select(Person.id).where(Person.email == old)).all() == [owner.id]
    assert decoy.email.endswith("@forgotten.invalid")


def test_links_have_a_term_and_a_change_is_forgotten_after_it(session, own, owner, mails, monkeypatch):
    ask(own)
    sent = mails()
    session.execute(update(MailToken).where(MailToken.purpose == Purpose.ADDRESS).values(expires_at=clock.now()))
    assert own.open(sent[NEW][0], status=410).heading == GONE
    services.clear_out(session)
    assert len(session.scalars(select(AddressChange)).all()) == 1
    moment = clock.now() + TOKEN_LIFETIME[Purpose.OBJECTION] * 2
    monkeypatch.setattr(clock, "now", lambda: moment)
    services.clear_out(session)
    assert session.scalars(select(AddressChange)).all() == []


@pytest.mark.parametrize("path", ["/address/none", "/objection/none"])
def test_a_link_that_never_was_says_so(app, path):
    assert Browser(app).open(path, status=410).heading == GONE
