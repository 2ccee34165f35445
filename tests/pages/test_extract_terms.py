"""After a term the page of an extract says that its file is not kept; what it said stays."""

from datetime import timedelta

import pytest

from audits.core import clock
from certificates.documents.services import record_document
from certificates.documents.stages import DocumentKind, SealedHash
from portal.app import create_app
from portal.web.throttle import SharedThrottle
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_certificate
from tests.kit.snapshot import register_extract

FORGOTTEN = "We do not keep the file of an extract this old."


@pytest.fixture
def extract(session):
    """An extract of today."""
    certificate = make_certificate(session)
    found = record_document(
        session, kind=DocumentKind.REGISTER_EXTRACT, subject_id=certificate.agency_id,
        agency_id=certificate.agency_id, language="nl", snapshot=register_extract(),
        sha256=SealedHash("e" * 64), size=9,
    )  # fmt: skip
    session.flush()
    return found


@pytest.mark.parametrize(("days", "said"), [(-1, False), (1, True)])
def test_the_page_of_an_old_extract_says_what_is_kept(app, extract, monkeypatch, days, said):
    moment = extract.created_at + timedelta(days=app.extensions["settings"].extract_days + days)
    monkeypatch.setattr(clock, "now", lambda: moment)
    page = Browser(app).open(f"/verify/{extract.sha256}")
    assert page.heading == "This is an extract from our register"
    assert extract.snapshot["reference"] in page.text
    assert (FORGOTTEN in page.text) is said


def test_extracts_are_counted_by_all_processes_together(settings):
    throttles = create_app(settings, doors=("registry",)).extensions
    assert isinstance(throttles["extract_throttle"], SharedThrottle)
