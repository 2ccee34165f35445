"""One search for staff: a few of each kind, every word somewhere, and nothing of drafts."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.core.errors import NotAllowedError
from audits.inspections.workflow import AuditState
from audits.worklists.search import MOST, find
from tests.kit.factories import make_agency, make_application, make_audit, make_person


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER).actor


def test_each_kind_is_found_by_its_own_words(session, planner):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    agency = audit.agency
    found = find(session, planner, agency.legal_name)
    assert [hit.id for hit in found.agencies] == [agency.id]
    assert audit.id in {hit.id for hit in found.audits}
    assert [hit.id for hit in find(session, planner, audit.reference).audits] == [audit.id]
    person = make_person(session, Role.DECIDER, name="Wil van Dam")
    assert [hit.id for hit in find(session, planner, "dam wil").people] == [person.id]


def test_every_word_must_occur_and_signs_are_themselves(session, planner):
    make_agency(session)
    assert find(session, planner, "a").agencies == ()
    assert not find(session, planner, "%%").agencies
    assert not find(session, planner, "zz-nowhere").agencies


def test_a_draft_is_not_found(session, planner):
    draft = make_application(session, state=ApplicationState.DRAFT)
    assert not find(session, planner, draft.reference).applications


def test_no_more_than_a_few_are_listed(session, planner):
    for _ in range(MOST + 3):
        make_agency(session, city="Zierikzee")
    assert len(find(session, planner, "zierik").agencies) == MOST + 1


def test_an_agency_does_not_search(session):
    owner = make_person(session, Role.AGENCY_OWNER, make_agency(session)).actor
    with pytest.raises(NotAllowedError):
        find(session, owner, "abc")


def test_the_page(enter, session):
    agency = make_agency(session)
    session.flush()
    page = enter(Role.PLANNER).open(f"/office/search/?q={agency.register_number}")
    assert agency.legal_name in page.text
