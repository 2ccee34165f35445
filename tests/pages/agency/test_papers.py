"""What stands to be read on the start page of an agency."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

from audits.core import clock
from certificates.documents.stages import DocumentKind
from portal.doors.agency.course import MOST_PAPERS, papers


def paper(kind, days_ago):
    return SimpleNamespace(id=uuid4(), subject_id=uuid4(), kind=kind, created_at=clock.now() - timedelta(days=days_ago))


def test_letters_say_what_they_are_about_and_the_newest_stand_first(app):
    letter, certificate = paper(DocumentKind.TERM_LETTER, 2), paper(DocumentKind.CERTIFICATE, 1)
    old = [paper(DocumentKind.AUDIT_REPORT, days) for days in range(3, 3 + MOST_PAPERS)]
    with app.test_request_context("/?lang=en"):
        found = papers([letter, *old, certificate], {letter.subject_id: "You can renew your certificate now"})
    assert [each["name"] for each in found[:3]] == [
        "Certificate",
        "You can renew your certificate now",
        "Audit report",
    ]
    assert len(found) == MOST_PAPERS


def test_an_extract_of_the_register_is_no_paper_of_the_case(app):
    with app.test_request_context("/?lang=en"):
        assert papers([paper(DocumentKind.REGISTER_EXTRACT, 1)], {}) == []
