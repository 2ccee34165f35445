"""Managing people: who may manage whom, and the roles that must remain."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.people import queries, services
from audits.people.models import Person, PersonRole
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import make_person
from tests.kit.queued import enqueued

NEW = {"name": "Nieuw Mens", "email": "nieuw@example.nl", "language": "nl"}


def test_an_owner_invites_somebody_of_the_own_agency(session):
    agency = make_agency(session)
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    person = services.invite_person(session, owner.actor, **NEW, roles=[Role.AGENCY_EDITOR], agency_id=agency.id)
    session.flush()
    assert (person.agency_id, person.roles) == (agency.id, {Role.AGENCY_EDITOR})
    assert enqueued(session, "mail") == [{"template": "invitation", "person_id": str(person.id)}]
    event = history(session, person.id)[0]
    assert (event.name, event.actor_id, event.data) == ("person.invite", owner.id, {"after": ["agency_editor"]})


@pytest.mark.parametrize("roles", [[], [Role.INSPECTOR], [Role.AGENCY_OWNER, Role.PLANNER], [Role.SYSTEM]])
def test_roles_that_do_not_fit_are_refused(session, roles):
    agency = make_agency(session)
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    with pytest.raises(RuleError) as refusal:
        services.invite_person(session, owner.actor, **NEW, roles=roles, agency_id=agency.id)
    assert refusal.value.field == "roles"


def test_nobody_invites_for_another_agency_or_for_the_staff(session):
    agency, other = make_agency(session), make_agency(session)
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    editor = make_person(session, Role.AGENCY_EDITOR, agency)
    administrator = make_person(session, Role.ADMINISTRATOR)
    roles = [Role.AGENCY_EDITOR]
    with pytest.raises(NotFoundError):
        services.invite_person(session, owner.actor, **NEW, roles=roles, agency_id=other.id)
    with pytest.raises(NotAllowedError):
        services.invite_person(session, editor.actor, **NEW, roles=roles, agency_id=agency.id)
    with pytest.raises(NotAllowedError):
        services.invite_person(session, owner.actor, **NEW, roles=[Role.PLANNER])
    with pytest.raises(NotAllowedError):
        services.invite_person(session, administrator.actor, **NEW, roles=roles, agency_id=agency.id)


def test_an_address_is_taken_whatever_its_capitals(session):
    administrator = make_person(session, Role.ADMINISTRATOR)
    make_person(session, Role.PLANNER, email="nieuw@example.nl")
    with pytest.raises(RuleError) as refusal:
        services.invite_person(
            session, administrator.actor, **NEW | {"email": "NIEUW@Example.nl"}, roles=[Role.PLANNER]
        )
    assert refusal.value.field == "email"


def test_somebody_who_left_comes_back_under_the_same_row(session):
    administrator = make_person(session, Role.ADMINISTRATOR)
    person = make_person(session, [Role.PLANNER, Role.INSPECTOR], email="nieuw@example.nl")
    services.retire_person(session, administrator.actor, person.id)
    session.flush()
    assert person.roles == frozenset()
    again = services.invite_person(session, administrator.actor, **NEW, roles=[Role.INSPECTOR, Role.SCHEME_MANAGER])
    assert (again.id, again.name, again.retired_at) == (person.id, "Nieuw Mens", None)
    assert again.roles == {Role.INSPECTOR, Role.SCHEME_MANAGER}


def test_roles_are_replaced_once_per_version(session):
    administrator = make_person(session, Role.ADMINISTRATOR)
    person = make_person(session, [Role.PLANNER, Role.REVIEWER])
    version = person.version
    services.set_roles(session, administrator.actor, person.id, [Role.REVIEWER, Role.INSPECTOR], version=version)
    session.expire_all()
    assert (person.roles, person.version) == ({Role.REVIEWER, Role.INSPECTOR}, version + 1)
    with pytest.raises(IllegalMoveError):
        services.set_roles(session, administrator.actor, person.id, [Role.PLANNER], version=version)


def test_nobody_changes_the_own_roles_or_ends_the_own_account(session):
    agency = make_agency(session)
    for roles, where, own in (
        ([Role.AGENCY_OWNER], agency, [Role.AGENCY_EDITOR]),
        ([Role.ADMINISTRATOR], None, [Role.PLANNER]),
    ):
        one, _two = make_person(session, roles, where), make_person(session, roles, where)
        for wanted in (own, [*roles, *own], roles):
            with pytest.raises(RuleError, match="your own roles"):
                services.set_roles(session, one.actor, one.id, wanted, version=one.version)
        with pytest.raises(RuleError):
            services.retire_person(session, one.actor, one.id)


def test_people_of_another_agency_do_not_exist(session):
    owner = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    stranger = make_person(session, Role.AGENCY_EDITOR, make_agency(session))
    planner = make_person(session, Role.PLANNER)
    for person in (stranger, planner):
        with pytest.raises(NotFoundError):
            queries.get_person(session, owner.actor, person.id)
        with pytest.raises(NotFoundError):
            services.retire_person(session, owner.actor, person.id)
        with pytest.raises(NotFoundError):
            services.set_roles(session, owner.actor, person.id, [Role.AGENCY_OWNER], version=person.version)
    assert queries.list_people(session, owner.actor) == [owner]
    assert queries.list_people(session, planner.actor) == []


def test_two_administrators_cannot_remove_each_other_at_once(real_db):
    with Session(real_db) as setup:
        people = [make_person(setup, Role.ADMINISTRATOR), make_person(setup, Role.ADMINISTRATOR)]
        pairs = [(people[0].actor, people[1].id), (people[1].actor, people[0].id)]
        setup.commit()
    together, refusals = threading.Barrier(2), []

    def remove(actor, other):
        with Session(real_db) as session:
            together.wait()
            try:
                services.retire_person(session, actor, other)
                session.commit()
            except RuleError as refusal:
                refusals.append(refusal)

    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with Session(real_db) as session:
        active = session.scalars(select(Person).where(Person.retired_at.is_(None))).all()
        assert (len(active), len(refusals)) == (1, 1)


def test_the_database_itself_keeps_roles_on_their_side(session):
    person = make_person(session, Role.PLANNER)
    session.add(PersonRole(person_id=person.id, role=Role.AGENCY_OWNER))
    with pytest.raises(IntegrityError, match="does not fit"):
        session.flush()


def test_a_tie_is_declared_once_and_by_staff(session):
    agency = make_agency(session)
    inspector = make_person(session, Role.INSPECTOR)
    services.declare_interest(session, inspector.actor, agency.id, "  My sister is director. ")
    session.flush()
    assert {who: each.interest.nature for who, each in queries.interests_in(session, agency.id).items()} == {
        inspector.id: "My sister is director."
    }
    assert [interest.agency for interest in queries.interests_declared_by(session, inspector.id)] == [agency]
    with pytest.raises(RuleError):
        services.declare_interest(session, inspector.actor, agency.id, "Again")
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    with pytest.raises(NotAllowedError):
        services.declare_interest(session, owner.actor, agency.id, "Mine")


def test_the_first_owner_is_the_first_and_a_command_makes_two_administrators(session):
    agency = make_agency(session)
    owner = services.invite_first_owner(session, agency.id, **NEW)
    assert owner.roles == {Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY}
    with pytest.raises(RuleError):
        services.invite_first_owner(session, agency.id, **NEW | {"email": "tweede@example.nl"})
    for address in ("beheer@example.nl", "beheer2@example.nl"):
        made = services.appoint_administrator(session, **NEW | {"email": address})
        assert made.roles == {Role.ADMINISTRATOR}
    with pytest.raises(RuleError, match="two administrators"):
        services.appoint_administrator(session, **NEW | {"email": "nogeen@example.nl"})


def test_a_retired_person_gets_no_mail_and_no_work(session):
    agency = make_agency(session)
    owner, editor = make_person(session, Role.AGENCY_OWNER, agency), make_person(session, Role.AGENCY_EDITOR, agency)
    inspector, administrator = make_person(session, Role.INSPECTOR), make_person(session, Role.ADMINISTRATOR)
    services.retire_person(session, owner.actor, editor.id)
    services.retire_person(session, administrator.actor, inspector.id)
    session.flush()
    assert queries.contacts_of(session, agency.id) == [owner]
    assert inspector not in queries.people_with(session, Role.INSPECTOR)
    with pytest.raises(IllegalMoveError):
        services.invite_again(session, administrator.actor, inspector.id)
