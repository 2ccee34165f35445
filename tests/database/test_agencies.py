"""Services for agencies: registration, editing by their own people, and the events of each change."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.agencies import services
from audits.agencies.models import Agency, Contact, ControllingPerson
from audits.agencies.numbers import country_codes
from audits.agencies.queries import details_of, get_agency, missing_of, visible_agencies
from audits.agencies.rules import BranchDetails, ContactDetails, ControllingPersonDetails
from audits.agencies.trade_registers import TRADE_REGISTERS
from audits.core.access import GRANTS, Actor, Permission, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import Event, history
from audits.core.outbox import OutboxItem
from audits.people.models import Person
from audits.people.registration import JUST_INVITED, register_agency, register_or_remind
from certificates.lifecycle.rules import public_id
from portal.doors.account.services import store_password
from tests.kit.factories import make_agency, make_person
from tests.kit.factories.agencies import DETAILS

NEW = replace(DETAILS, register_number="87654321")
OWNER = {"owner_name": "Noor de Wit", "owner_email": "noor@x.example", "language": "nl"}
BRANCH = BranchDetails(name="Venlo", street="A 1", postcode="5911 AB", city="Venlo", country="NL")
CONTROLLER = ControllingPersonDetails(name="Ada Bos", function="director", since=date(2015, 3, 1))
CONTACT = ContactDetails(name="Bo Vos", function="planner", email="bo@x.example", phone="06 12345678")


def register(session, details, **changed):
    """Register an agency whose first person then chooses a password; only that keeps its number and address."""
    agency, owner = register_agency(session, details=details, **OWNER | changed)
    store_password(session, owner, "langs de vliet fietsen")
    return agency, owner


def refreshes(session):
    return [item.payload for item in session.scalars(select(OutboxItem).where(OutboxItem.kind == "register.refresh"))]


@pytest.fixture
def agency(session):
    return make_agency(session)


@pytest.fixture
def editor(session, agency):
    return make_person(session, Role.AGENCY_EDITOR, agency).actor


def edit(session, actor, agency, **changes):
    details = replace(details_of(agency), **changes)
    return services.edit_agency(session, actor, agency.id, details, version=agency.version)


def verbs(session, actor, agency):
    """Return every verb of the agency, ready to be called."""
    branch, controlling_person, contact = agency.branches[0], agency.controlling_persons[0], agency.contacts[0]
    return [
        lambda: edit(session, actor, agency, city="Breda"),
        lambda: services.add_branch(session, actor, agency.id, BRANCH),
        lambda: services.change_branch(session, actor, branch.id, BRANCH, version=branch.version),
        lambda: services.remove_branch(session, actor, branch.id),
        lambda: services.add_controlling_person(session, actor, agency.id, CONTROLLER),
        lambda: services.change_controlling_person(
            session, actor, controlling_person.id, CONTROLLER, version=controlling_person.version
        ),
        lambda: services.remove_controlling_person(session, actor, controlling_person.id),
        lambda: services.add_contact(session, actor, agency.id, CONTACT),
        lambda: services.change_contact(session, actor, contact.id, CONTACT, version=contact.version),
        lambda: services.remove_contact(session, actor, contact.id),
    ]


def test_registration_makes_agency_owner_event_and_invitation_at_once(session):
    agency, owner = register_agency(session, details=NEW, **OWNER)
    assert owner.roles == {Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY}
    assert owner.agency_id == agency.id
    session.flush()
    assert [event.name for event in history(session, agency.id)] == ["agency.register"]
    assert session.scalar(select(OutboxItem.payload)) == {"template": "invitation", "person_id": str(owner.id)}


def test_the_same_number_of_the_same_country_registers_once(session):
    register(session, NEW)
    with pytest.raises(RuleError, match="registered already") as refusal:
        register_agency(session, details=replace(NEW, register_number="8765 4321"), **OWNER | {"owner_email": "b@x.nl"})
    assert refusal.value.field == "register_number"


def test_a_stranger_does_not_learn_which_addresses_are_known(session):
    _, owner = register(session, NEW)
    other = replace(NEW, register_number="11112222")
    register_or_remind(session, details=other, **OWNER)  # at once: the invitation that just went says it all
    owner.invited_at -= 2 * JUST_INVITED
    register_or_remind(session, details=other, **OWNER)
    session.flush()
    assert session.scalars(select(Agency)).all() == [owner.agency]
    assert session.scalars(select(Person)).all() == [owner]
    mails = [item.payload["template"] for item in session.scalars(select(OutboxItem))]
    assert sorted(mails) == ["account_known", "invitation"]


def test_a_known_number_is_refused_whosever_the_address_is(session):
    """Else who knows a number learns from the answer whether an address has an account."""
    _, owner = register(session, NEW)
    owner.invited_at -= 2 * JUST_INVITED
    session.flush()
    for email in (OWNER["owner_email"], "nobody@x.nl"):
        with pytest.raises(RuleError, match="registered already") as refusal:
            register_or_remind(session, details=NEW, **OWNER | {"owner_email": email})
        assert refusal.value.field == "register_number"
    assert session.scalars(select(Agency)).all() == [owner.agency]
    assert len(session.scalars(select(OutboxItem)).all()) == 1


# The number of the country, as its people write it.
EVERYWHERE = [(country, TRADE_REGISTERS[country].example) for country in sorted(TRADE_REGISTERS)]
ELSEWHERE = [(country, "AB-123.456") for country in sorted(country_codes() - TRADE_REGISTERS.keys())]


@pytest.mark.parametrize(("country", "number"), EVERYWHERE)
def test_an_agency_of_any_country_registers_once_and_then_edits_what_it_likes(session, country, number):
    new = replace(DETAILS, country=country, register_number=number, postcode="1011 AB")
    agency, owner = register(session, new)
    session.flush()
    edit(session, owner.actor, agency, city="Breda")
    assert agency.city == "Breda"
    edit(session, owner.actor, agency, register_number=number, headcount=7)  # as it was typed the first time
    assert agency.headcount == 7
    for typed in (number, agency.register_number, public_id(country, agency.register_number).partition("-")[2]):
        again = replace(new, register_number=typed)
        with pytest.raises(RuleError, match="registered already"):
            register_agency(session, details=again, **OWNER | {"owner_email": "other@x.example"})


def test_so_does_one_of_a_country_of_whose_numbers_nothing_is_known(session):
    for place, (country, number) in enumerate(ELSEWHERE):
        new = replace(DETAILS, country=country, register_number=number, postcode="1011 AB")
        agency, owner = register_agency(session, details=new, **OWNER | {"owner_email": f"a{place}@x.example"})
        edit(session, owner.actor, agency, city="Breda")
        assert agency.city == "Breda"


def test_what_was_stored_under_older_rules_does_not_stop_an_edit_of_something_else(session):
    agency = make_agency(session, country="CZ", register_number="7103192745", phone="112", postcode="?")
    editor = make_person(session, Role.AGENCY_EDITOR, agency).actor
    edit(session, editor, agency, city="Breda")
    assert (agency.city, agency.register_number, agency.phone) == ("Breda", "7103192745", "112")
    with pytest.raises(RuleError) as refusal:
        edit(session, editor, agency, phone="113")
    assert refusal.value.field == "phone"


def test_an_edit_leaves_what_it_changed_from_and_to(session, agency, editor):
    edit(session, editor, agency, city="Breda", headcount=99)
    [event] = history(session, agency.id)
    assert event.told["changes"] == {"city": ["Venlo", "Breda"], "headcount": [140, 99]}
    assert event.actor_id == editor.id


def test_an_edit_that_changes_nothing_leaves_no_trace(session, agency, editor):
    edit(session, editor, agency)
    assert history(session, agency.id) == []
    assert agency.version == 1


def test_a_new_legal_name_keeps_the_old_one(session, agency, editor):
    edit(session, editor, agency, legal_name="Westerlicht B.V.")
    edit(session, editor, agency, legal_name="Noorderlicht B.V.")
    session.refresh(agency)
    assert agency.former_names == ["Oosterlicht Flex B.V.", "Westerlicht B.V."]


@pytest.mark.parametrize(
    ("change", "refreshed"),
    [({"city": "Breda"}, True), ({"trade_names": ("X",)}, True), ({"phone": "06 12345678"}, False)],
)
def test_the_register_is_refreshed_when_what_it_shows_changes(session, agency, editor, change, refreshed):
    edit(session, editor, agency, **change)
    assert refreshes(session) == ([{"agency_id": str(agency.id)}] if refreshed else [])


@pytest.mark.parametrize(
    "change", [{"register_number": "11112222"}, {"country": "BE", "register_number": "0403019261"}]
)
def test_an_agency_never_becomes_another_legal_entity(session, agency, editor, change):
    with pytest.raises(RuleError) as refusal:
        edit(session, editor, agency, postcode="5911 AB", **change)
    assert refusal.value.field == "register_number"


def test_an_edit_over_a_newer_version_is_refused(session, agency, editor):
    edit(session, editor, agency, city="Breda")
    with pytest.raises(IllegalMoveError):
        services.edit_agency(session, editor, agency.id, details_of(agency), version=1)


def test_a_row_over_a_newer_version_is_refused(session, agency, editor):
    branch = agency.branches[0]
    services.change_branch(session, editor, branch.id, BRANCH, version=branch.version)
    with pytest.raises(IllegalMoveError):
        services.change_branch(session, editor, branch.id, replace(BRANCH, city="Breda"), version=1)


def test_lists_grow_change_and_shrink_each_with_an_event(session, agency, editor):
    added = services.add_controlling_person(session, editor, agency.id, replace(CONTROLLER, name="Bo Berg"))
    services.change_controlling_person(
        session, editor, added.id, replace(CONTROLLER, name="Bo Berg", function="owner"), version=added.version
    )
    services.remove_controlling_person(session, editor, added.id)
    trail = history(session, added.id)
    assert [event.name for event in trail] == ["controller.add", "controller.change", "controller.remove"]
    assert trail[1].data == {"fields": ["function"]}
    assert session.get(ControllingPerson, added.id) is None


def test_the_trail_holds_no_names_and_addresses_of_people(session, agency, editor):
    added = services.add_contact(session, editor, agency.id, CONTACT)
    services.change_contact(session, editor, added.id, replace(CONTACT, email="new@x.example"), version=1)
    services.remove_contact(session, editor, added.id)
    said = str([event.data for event in session.scalars(select(Event))])
    assert "Bo" not in said
    assert "x.example" not in said


def test_missing_parts_follow_the_lists(session, agency, editor):
    assert missing_of(session, agency) == []
    services.remove_contact(session, editor, agency.contacts[0].id)
    assert missing_of(session, agency) == ["contacts"]
    services.add_contact(session, editor, agency.id, CONTACT)
    assert missing_of(session, agency) == []
    assert session.scalar(select(Contact.name).where(Contact.agency_id == agency.id)) == "Bo Vos"


@pytest.mark.parametrize("role", [role for role in Role if Permission.AGENCY_EDIT not in GRANTS[role]])
def test_roles_that_may_not_edit_an_agency_change_nothing(session, agency, role):
    actor = Actor(uuid4(), frozenset({role}), agency.id if role is Role.AGENCY_SIGNATORY else None)
    for verb in verbs(session, actor, agency):
        with pytest.raises(NotAllowedError):
            verb()


@pytest.mark.parametrize("role", [Role.AGENCY_OWNER, Role.AGENCY_EDITOR])
def test_people_of_another_agency_find_nothing_to_change(session, agency, role):
    stranger = make_person(session, role, make_agency(session)).actor
    for verb in verbs(session, stranger, agency):
        with pytest.raises(NotFoundError):
            verb()


@pytest.mark.parametrize("role", [Role.AGENCY_OWNER, Role.AGENCY_EDITOR])
def test_own_people_may_do_all_of_it(session, agency, role):
    for verb in verbs(session, make_person(session, role, agency).actor, agency):
        verb()


def test_who_sees_which_agency(session, agency, editor):
    other = make_agency(session)
    staff = make_person(session, Role.PLANNER).actor
    administrator = make_person(session, Role.ADMINISTRATOR).actor
    assert session.scalars(visible_agencies(editor)).all() == [agency]
    assert set(session.scalars(visible_agencies(staff))) == {agency, other}
    assert session.scalars(visible_agencies(administrator)).all() == []
    with pytest.raises(NotFoundError):
        get_agency(session, editor, other.id)
