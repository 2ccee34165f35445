"""The agency says in the portal what it has to say about a suspension at once, and the second decider reads it."""

import pytest

from audits.core.access import Role
from certificates.lifecycle import services
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.people import make_person
from tests.kit.queued import mails

WORDS = "The passports are back with the workers."


@pytest.fixture
def held(session):
    certificate = make_certificate(session)
    first = make_person(session, Role.DECIDER).actor
    services.suspend_certificate(session, first, certificate.id, reasons="x", provisional=True)
    session.commit()
    return certificate


def test_an_agency_is_heard_and_the_decider_reads_it(enter, session, held):
    browser = enter(make_person(session, Role.AGENCY_OWNER, held.agency))
    browser.open("/agency/")
    browser.follow("Say what you have to say about the suspension")
    page = browser.submit(status=422)
    assert page.errors == ["Write what you have to say."]
    page = browser.submit(words=WORDS)
    assert page.notes == ["We have your answer. A second decider reads it before deciding."]
    assert WORDS in page.text
    assert mails(session, "holder_heard", held)
    for move in ("confirm", "lift"):
        assert WORDS in enter(Role.DECIDER).open(f"/office/certificates/{held.id}/{move}").text


def test_without_such_a_suspension_there_is_no_page(enter, session):
    holder = make_certificate(session).agency
    browser = enter(make_person(session, Role.AGENCY_OWNER, holder))
    assert "about the suspension" not in browser.open("/agency/").text
    browser.open("/agency/hearing", status=404)
