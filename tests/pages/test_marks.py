"""The mark on an agency's own website follows its status; the file to keep carries a badge that others verify."""

from xml.etree import ElementTree as ET

import pytest

from audits.core import clock
from certificates.lifecycle.workflow import CertificateState
from portal.stores.roles import REGISTER
from tests.kit.factories.certificates import change, make_certificate

SVG, BADGE = "{http://www.w3.org/2000/svg}", "{https://purl.imsglobal.org/ob/v3p0}credential"


@pytest.fixture
def database_role():
    """The pictures ask for no more than the role of the register alone."""
    return REGISTER


@pytest.fixture
def certificate(session):
    return make_certificate(session)


def drawn(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    return answer, ET.fromstring(answer.data)  # noqa: S314  # our own


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_says_what_holds_today(client, session, certificate, language):
    path = f"/register/nl-{certificate.agency.register_number}/mark.svg?lang={language}"
    answer, picture = drawn(client, path)
    assert picture.find(f"{SVG}title").text.endswith("Gecertificeerd" if language == "nl" else "Certified")
    change(session, certificate, CertificateState.SUSPENDED, clock.today(), "Late wages.")
    later, picture = drawn(client, path)
    assert picture.find(f"{SVG}title").text.endswith("Geschorst" if language == "nl" else "Suspended")
    assert later.headers["ETag"] != answer.headers["ETag"]
    assert later.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_it_is_a_picture_and_nothing_more(client, session, certificate):
    session.flush()
    answer, picture = drawn(client, f"/register/nl-{certificate.agency.register_number}/mark.svg")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    for element in picture.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "rect", "g", "text", "path"}
        assert not any(name.startswith("on") or "href" in name for name in element.attrib)


def test_the_file_to_keep_carries_the_signed_badge(client, session, certificate):
    certificate.badge = "a.b.c"
    session.flush()
    _, picture = drawn(client, f"/certificates/{certificate.number}.mark.svg")
    assert picture.find(BADGE).get("verify") == "a.b.c"
    assert certificate.number in "".join(picture.itertext())


def test_what_never_was_has_no_mark(client, certificate):
    for path in (
        "/register/nl-00000000/mark.svg",
        "/certificates/KW-2026-99999-99.mark.svg",
        "/certificates/x.mark.svg",
    ):
        assert client.get(path).status_code == 404
