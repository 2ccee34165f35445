"""Factories for rows; arguments that a test leaves out have sensible defaults."""

from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import answer_all, make_application, make_scheme
from tests.kit.factories.certificates import make_applicant, make_certificate
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import add_competence, give_password, make_person

__all__ = [
    "add_competence",
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
