"""The page on which a holder accepts a certification agreement that changed."""

import pytest

from audits.core.access import Role
from certificates.lifecycle.services import ask_agreements
from tests.database.test_changed_agreement import accepted, tasks
from tests.kit.browser import Browser
from tests.kit.factories import give_password, make_certificate, make_person, make_scheme
from tests.kit.factories.people import PASSWORD
from tests.kit.scheme import SECOND, source


@pytest.fixture
def holder(session):
    certificate = make_certificate(session)
    person = give_password(session, make_person(session, Role.AGENCY_SIGNATORY, certificate.agency))
    accepted(session, certificate, person)
    make_scheme(session, source(SECOND))
    ask_agreements(session)
    session.commit()
    return certificate, person


def test_a_signatory_finds_it_at_home_and_accepts_it(app, session, holder):
    certificate, person = holder
    browser = Browser(app).sign_in(session, person)
    home = browser.open("/agency/")
    assert "Accept the new certification agreement" in home.text
    browser.follow("Accept the new certification agreement")
    refused = browser.submit(declared_name="Nobody Here", password=PASSWORD, accepted=True, status=422)
    assert any("Enter your own name" in each for each in refused.errors)
    done = browser.submit(declared_name=person.name, password=PASSWORD, accepted=True)
    assert done.path == "/agency/"
    assert "Accept the new certification agreement" not in done.text
    session.expire_all()
    assert tasks(session, certificate.agency_id)[0].done_at
    browser.open("/agency/agreement", 404)


@pytest.mark.parametrize("missing", [{"accepted": False}, {"password": ""}, {"password": "something else"}])
def test_nothing_is_accepted_without_the_box_and_the_password(app, session, holder, missing):
    certificate, person = holder
    browser = Browser(app).sign_in(session, person)
    browser.open("/agency/agreement")
    words = {"declared_name": person.name, "password": PASSWORD, "accepted": True} | missing
    assert browser.submit(**words, status=422).errors
    session.expire_all()
    assert tasks(session, certificate.agency_id)[0].done_at is None


@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_may_not_sign_reads_who_may(app, session, holder, language):
    certificate, person = holder
    editor = make_person(session, Role.AGENCY_EDITOR, certificate.agency)
    editor.language = language
    page = Browser(app, language).sign_in(session, editor).open("/agency/agreement")
    assert page.soup.html["lang"] == language
    assert person.name in page.text
    assert not page.soup.select("main input[type=password]")
