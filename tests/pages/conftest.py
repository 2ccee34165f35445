"""Fixtures for tests of pages."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from audits.core.access import Role
from certificates.lifecycle import services
from portal.sidecar.lanes import PEOPLE
from portal.signing import credentials
from portal.work import handlers
from tests.kit.browser import Browser
from tests.kit.factories import make_person
from tests.kit.factories.certificates import BASE_URL, BODY, make_grant
from tests.kit.factories.documents import seal_with
from tests.kit.factories.people import give_password


@pytest.fixture
def enter(app, session):
    """Sign somebody in: a person, or a new one with these roles."""

    def enter(*who, language="en"):
        person = who[0] if not isinstance(who[0], Role) else make_person(session, list(who), language=language)
        browser = Browser(app, language).sign_in(session, person)
        browser.person = person
        session.commit()
        return browser

    return enter


@pytest.fixture
def person(session):
    """Make somebody of the staff with a password."""
    return give_password(session, make_person(session, [Role.PLANNER, Role.ADMINISTRATOR]))


@pytest.fixture
def signed_in(app, session, person):
    """Sign that person in."""
    return Browser(app).sign_in(session, person)


@pytest.fixture
def busy_reader():
    """Take all places for files of people who signed in."""
    with ExitStack() as taken:
        for _ in range(PEOPLE.at_once + PEOPLE.waiting):
            taken.enter_context(PEOPLE._places)
        yield


@pytest.fixture
def issued(app, session, monkeypatch):
    """Provide a certificate without its file: with credential, badge and status lists."""
    monkeypatch.setattr(handlers, "_print", lambda *_, **__: ("a" * 64, 9))
    certificate = services.number_certificate(session, make_grant(session).id, base_url=BASE_URL, body=BODY)
    session.flush()
    with app.app_context():
        handlers.seal(session, {"certificate_id": str(certificate.id)})
        credentials.sign_lists(session)
    session.commit()
    return certificate


@dataclass(frozen=True)
class Sealed:
    """Files with our seal, and with the seal of a stranger who calls himself as we do."""

    ours: bytes
    theirs: bytes
    strange: Path  # the keyring of the stranger
    body_name: str

    def by_stranger(self, printing) -> bytes:
        return seal_with(self.strange, self.body_name, "other", printing)


@pytest.fixture(scope="session")
def sealed(settings, tmp_path_factory):
    strange = tmp_path_factory.mktemp("strange")
    return Sealed(
        ours=seal_with(settings.seal_dir, settings.body_name, settings.seal_passphrase),
        theirs=seal_with(strange, settings.body_name, "other"),
        strange=strange,
        body_name=settings.body_name,
    )
