"""Rows for tests, made by plain functions; what a test does not name has a sensible value."""

from tests.factories.agencies import make_agency
from tests.factories.applications import answer_all, make_application, make_scheme
from tests.factories.certificates import make_applicant, make_certificate
from tests.factories.inspections import make_audit
from tests.factories.people import give_password, make_person

__all__ = [
    "answer_all",
    "give_password",
    "make_agency",
    "make_applicant",
    "make_application",
    "make_audit",
    "make_certificate",
    "make_person",
    "make_scheme",
]
