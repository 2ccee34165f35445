"""Roles and versions of the norm that need a second person (ISO/IEC 17065 clauses 4.2 and 6.1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.people import queries, services
from audits.people.models import RoleRequest
from audits.people.rules import SECOND_PERSON
from audits.schemes.models import SchemeProposal, SchemeVersion
from audits.schemes.services import decline_proposal, propose_scheme, publish_proposal, publish_scheme
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.people import make_person
from tests.kit.scheme import FIRST, edited, source

NEW = {"name": "Nieuw Mens", "email": "nieuw@example.nl", "language": "nl"}


def administrators(session, count):
    return [make_person(session, Role.ADMINISTRATOR) for _ in range(count)]


def told(session, template):
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail"))
    return {item.payload["person_id"] for item in items if item.payload["template"] == template}


def waiting(session, administrator):
    return {(request.person_id, request.role) for request in queries.roles_waiting(session, administrator.actor)}


@pytest.mark.parametrize("role", sorted(SECOND_PERSON))
def test_a_role_that_needs_a_second_person_applies_once_another_confirmed_it(session, role):
    asker, second, third = administrators(session, 3)
    person = services.invite_person(session, asker.actor, **NEW, roles=[Role.PLANNER, role])
    assert person.roles == {Role.PLANNER}
    assert told(session, "second_person_needed") == {str(second.id), str(third.id)}
    [request] = queries.roles_waiting(session, second.actor)
    version = person.version
    for nobody in (asker, make_person(session, [Role.PLANNER, Role.DECIDER])):
        with pytest.raises(NotAllowedError):
            services.confirm_role(session, nobody.actor, request.id)
    services.confirm_role(session, second.actor, request.id)
    session.expire_all()
    assert (person.roles, person.version) == ({Role.PLANNER, role}, version + 1)
    assert {str(asker.id), str(third.id)} <= told(session, "roles_changed")
    event = history(session, person.id)[-1]
    assert (event.name, event.actor_id, event.data["after"]) == (
        "person.confirm_role", second.id, sorted([Role.PLANNER, role]),
    )  # fmt: skip
    assert queries.roles_waiting(session, second.actor) == []
    with pytest.raises(IllegalMoveError):
        services.confirm_role(session, third.actor, request.id)


def test_nobody_confirms_the_own_role(session):
    asker, second = administrators(session, 2)
    services.set_roles(session, asker.actor, second.id, [Role.ADMINISTRATOR, Role.DECIDER], version=second.version)
    [request] = queries.roles_waiting(session, second.actor)
    with pytest.raises(NotAllowedError):
        services.confirm_role(session, second.actor, request.id)
    assert second.roles == {Role.ADMINISTRATOR}


def test_a_request_is_declined_by_the_second_person_or_its_asker(session):
    asker, second = administrators(session, 2)
    person = make_person(session, Role.PLANNER)
    for by in (asker, second):
        services.set_roles(session, asker.actor, person.id, [Role.PLANNER, Role.DECIDER], version=person.version)
        [request] = queries.roles_waiting(session, second.actor)
        services.decline_role(session, by.actor, request.id)
        session.flush()
        assert (person.roles, request.granted, request.answered_by) == ({Role.PLANNER}, False, by.id)
        with pytest.raises(IllegalMoveError):
            services.confirm_role(session, second.actor, request.id)


def test_what_is_no_longer_wanted_is_no_longer_asked_for(session):
    asker, second = administrators(session, 2)
    person = make_person(session, Role.PLANNER)
    services.set_roles(session, asker.actor, person.id, [Role.REVIEWER, Role.DECIDER, Role.PLANNER], version=1)
    assert waiting(session, second) == {(person.id, Role.REVIEWER), (person.id, Role.DECIDER)}
    services.set_roles(session, second.actor, person.id, [Role.DECIDER, Role.INSPECTOR], version=person.version)
    assert waiting(session, second) == {(person.id, Role.DECIDER)}
    [request] = queries.roles_waiting(session, second.actor)
    assert request.asked_by == asker.id, "what was asked for already keeps its asker"
    services.retire_person(session, second.actor, person.id)
    session.flush()
    assert waiting(session, second) == set()


def test_a_role_that_somebody_has_is_kept_and_taken_by_one_person_and_all_are_told(session):
    first, second, third = administrators(session, 3)
    person = make_person(session, [Role.PLANNER, Role.DECIDER])
    services.set_roles(session, first.actor, person.id, [Role.INSPECTOR, Role.DECIDER], version=person.version)
    assert person.roles == {Role.INSPECTOR, Role.DECIDER}
    assert told(session, "roles_changed") == set()
    services.set_roles(session, first.actor, person.id, [Role.INSPECTOR], version=person.version)
    assert told(session, "roles_changed") == {str(second.id), str(third.id)}


def test_nobody_comes_back_with_a_role_of_before(session):
    first, second = administrators(session, 2)
    person = make_person(session, [Role.PLANNER, Role.DECIDER], email=NEW["email"])
    services.retire_person(session, first.actor, person.id)
    session.flush()
    again = services.invite_person(session, first.actor, **NEW, roles=[Role.PLANNER, Role.DECIDER])
    assert (again.id, again.roles) == (person.id, {Role.PLANNER})
    assert waiting(session, second) == {(person.id, Role.DECIDER)}


def test_requests_exist_only_for_administrators(session):
    asker, _second = administrators(session, 2)
    services.invite_person(session, asker.actor, **NEW, roles=[Role.DECIDER])
    session.flush()
    request = session.scalars(select(RoleRequest)).one()
    for role in (Role.PLANNER, Role.DECIDER, Role.SCHEME_MANAGER):
        person = make_person(session, role)
        assert queries.roles_waiting(session, person.actor) == []
        with pytest.raises(NotAllowedError):
            services.decline_role(session, person.actor, request.id)


# Versions of the norm


def next_version(days=1, version="1.2"):
    day = clock.today() + timedelta(days=days)
    return edited(('version: "1.0"', f'version: "{version}"'), ("valid_from: 2026-11-01", f"valid_from: {day}"))


def test_a_version_is_published_by_who_did_not_propose_it(session):
    make_scheme(session)
    author, second = (make_person(session, Role.SCHEME_MANAGER) for _ in range(2))
    text = next_version()
    proposal = propose_scheme(session, author.actor, text)
    assert told(session, "proposal_waiting") == {str(second.id)}
    assert session.scalars(select(SchemeVersion.version)).all() == [FIRST]
    with pytest.raises(NotAllowedError, match="proposed this version"):
        publish_proposal(session, author.actor, proposal.id)
    with pytest.raises(NotAllowedError):
        publish_proposal(session, make_person(session, Role.DECIDER).actor, proposal.id)
    version = publish_proposal(session, second.actor, proposal.id)
    assert (version.version, version.published_by, version.source) == ("1.2", second.id, text)
    assert proposal.published is True
    for answer in (publish_proposal, decline_proposal):
        with pytest.raises(IllegalMoveError):
            answer(session, second.actor, proposal.id)


def test_one_version_is_proposed_at_a_time_and_a_declined_one_may_come_again(session):
    make_scheme(session)
    author, second = (make_person(session, Role.SCHEME_MANAGER) for _ in range(2))
    proposal = propose_scheme(session, author.actor, next_version())
    session.flush()
    with pytest.raises(RuleError, match="proposed already"):
        propose_scheme(session, second.actor, next_version(version="1.3"))
    decline_proposal(session, author.actor, proposal.id)
    session.flush()
    propose_scheme(session, second.actor, next_version())
    session.flush()
    assert sorted(str(item) for item in session.scalars(select(SchemeProposal.published))) == ["False", "None"]


def test_no_version_applies_from_a_day_that_is_over_but_the_first(session):
    author = make_person(session, Role.SCHEME_MANAGER)
    publish_scheme(session, author.actor, source())  # the first may begin before
    for late in (propose_scheme, publish_scheme):
        with pytest.raises(RuleError, match="day that is over"):
            late(session, author.actor, next_version(days=-1))
    propose_scheme(session, author.actor, next_version(days=0))


def test_a_published_version_is_not_proposed_again(session):
    make_scheme(session)
    author = make_person(session, Role.SCHEME_MANAGER)
    with pytest.raises(RuleError, match="published already"):
        propose_scheme(session, author.actor, source())
    with pytest.raises(NotFoundError):
        publish_proposal(session, author.actor, author.id)
