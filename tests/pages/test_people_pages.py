"""Pages to manage people, for agency owners and administrators."""

from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.core.access import Role
from audits.core.outbox import OutboxItem
from audits.inspections.workflow import AuditState
from audits.people.models import Person
from audits.people.services import declare_interest
from tests.kit.browser import Browser
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


@dataclass
class Door:
    """One of the two doors, opened by somebody who manages people there."""

    path: str
    browser: Browser
    manager: Person
    person: Person
    stranger: Person
    role: Role
    other_role: Role


@pytest.fixture(params=["agency", "office"])
def door(request, app, session):
    if request.param == "agency":
        agency = make_agency(session)
        manager, person = (
            make_person(session, Role.AGENCY_OWNER, agency),
            make_person(session, Role.AGENCY_EDITOR, agency),
        )
        stranger = make_person(session, Role.AGENCY_EDITOR, make_agency(session))
        roles = Role.AGENCY_EDITOR, Role.AGENCY_SIGNATORY
    else:
        manager, person = make_person(session, Role.ADMINISTRATOR), make_person(session, Role.PLANNER)
        stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session))
        roles = Role.PLANNER, Role.INSPECTOR
    browser = Browser(app).sign_in(session, manager)
    return Door(f"/{request.param}/people/", browser, manager, person, stranger, *roles)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_speak_both_languages(door, language):
    for page in ("", "invite", str(door.person.id), str(door.manager.id)):
        assert door.browser.open(f"{door.path}{page}?lang={language}").soup.html["lang"] == language


def test_the_list_shows_the_own_people_only(door):
    page = door.browser.open(door.path)
    assert door.person.name in page.text
    assert door.stranger.name not in page.text


def test_somebody_is_invited_and_gets_a_mail(door, session):
    door.browser.open(door.path)
    door.browser.follow("Invite somebody")
    page = door.browser.submit(name="Nora Nieuw", email="nora@example.nl", language="en", roles=[door.role])
    assert page.notes == ["nora@example.nl gets an invitation by mail."]
    assert "Nora Nieuw" in page.text
    person = session.scalar(select(Person).where(Person.email == "nora@example.nl"))
    assert (person.agency_id, person.language, person.roles) == (door.manager.agency_id, "en", {door.role})
    (mail,) = session.scalars(select(OutboxItem.payload).where(OutboxItem.kind == "mail"))
    assert mail == {"template": "invitation", "person_id": str(person.id)}


def test_a_mistake_keeps_what_was_typed(door):
    door.browser.open(f"{door.path}invite")
    page = door.browser.submit(name="Nora Nieuw", email="nora", language="en", status=422)
    assert len(page.errors) == 2
    assert (page.value("name"), page.value("email")) == ("Nora Nieuw", "nora")
    page = door.browser.submit(email=door.stranger.email.upper(), roles=[door.role], status=422)
    (error,) = page.errors
    assert error.startswith("This e-mail address already has an account, and an account works for one agency only.")
    tagged = door.stranger.email.replace("@", "+agency@")  # what the message says
    assert door.browser.submit(email=tagged).errors == []
    door.browser.open(f"{door.path}invite")
    page = door.browser.submit(name="Nora", email=door.stranger.email, language="en", roles=[door.role], status=422)
    assert page.soup.select_one("[name=roles][checked]")["value"] == door.role


def test_roles_change(door, session):
    door.browser.open(door.path)
    door.browser.follow(door.person.name)
    assert door.browser.submit(roles=[], status=422).errors == ["Choose at least one role."]
    assert door.browser.submit(roles=[door.other_role]).notes == ["The roles are changed."]
    session.expire_all()
    assert door.person.roles == {door.other_role}


def test_roles_that_were_changed_meanwhile_are_not_overwritten(door, session):
    door.browser.open(f"{door.path}{door.person.id}")
    door.person.name = "Changed elsewhere"
    session.flush()
    door.browser.submit(roles=[door.other_role], status=409)
    session.expire_all()
    assert door.person.roles == {door.role}


def test_roles_of_the_other_side_cannot_be_smuggled_in(door, session):
    page = door.browser.open(f"{door.path}{door.person.id}")
    wrong = Role.ADMINISTRATOR if door.manager.agency_id else Role.AGENCY_OWNER
    token = page.value("csrf_token")
    data = {"csrf_token": token, "roles": wrong.value, "version": page.value("version")}
    door.browser.post(f"{door.path}{door.person.id}", data, status=422)
    session.expire_all()
    assert door.person.roles == {door.role}


def test_nobody_is_offered_to_change_the_own_roles(door):
    page = door.browser.open(f"{door.path}{door.manager.id}")
    assert "Nobody changes their own roles." in page.text
    assert "End the account" not in page.text
    assert page.soup.select("[name=roles]") == []


def test_the_last_one_who_manages_people_stays(door, session):
    token = door.browser.open("/account/password").value("csrf_token")
    page = door.browser.post(f"{door.path}{door.manager.id}/retire", {"csrf_token": token}, status=422)
    assert page.errors == ["You cannot end your own account. Ask somebody else who manages people."]
    session.expire_all()
    assert door.manager.retired_at is None


def test_an_account_is_ended_and_its_browser_shut_out(app, door, session):
    theirs = Browser(app).sign_in(session, door.person)
    door.browser.open(f"{door.path}{door.person.id}")
    page = door.browser.submit("form[action*='/retire']")
    assert page.notes == ["The account is ended."]
    assert "No account any more" in page.text
    assert theirs.open("/account").heading == "Sign in"
    page = door.browser.follow(door.person.name)
    assert page.soup.select("main form") == []


def test_an_invitation_is_sent_again(door, session):
    door.browser.open(f"{door.path}{door.person.id}")
    page = door.browser.submit(f"form[action$='{door.person.id}/invite']")
    assert page.notes == [f"{door.person.email} gets an invitation by mail."]


def test_people_of_others_do_not_exist(door):
    token = door.browser.open(f"{door.path}invite").value("csrf_token")
    for person_id in (door.stranger.id, uuid4()):
        door.browser.open(f"{door.path}{person_id}", status=404)
        for verb in ("", "/retire", "/invite"):
            data = {"csrf_token": token, "roles": door.role.value, "version": "1"}
            door.browser.post(f"{door.path}{person_id}{verb}", data, status=404)


def test_who_does_not_manage_people_stays_out(app, door, session):
    browser = Browser(app).sign_in(session, door.person)
    browser.open(door.path, status=403)
    assert Browser(app).open(door.path).heading == "Sign in"


def test_nothing_happens_without_the_token_of_the_form(door, session):
    door.browser.post(f"{door.path}{door.person.id}/retire", {}, status=400)
    session.expire_all()
    assert door.person.retired_at is None


def test_ending_an_account_with_work_in_hand_asks_who_takes_over(enter, session):
    audit, successor = make_audit(session, AuditState.IN_PROGRESS), make_person(session, Role.INSPECTOR)
    tied = make_person(session, Role.INSPECTOR)
    declare_interest(session, tied.actor, audit.agency_id, "Shares.")
    session.commit()
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open(f"/office/people/{audit.inspector_id}")
    assert audit.reference in page.text
    page = browser.submit("form[action$='/retire']", successor="", status=422)
    assert page.errors == ["Choose who takes over the audits."]
    page = browser.submit("form[action$='/retire']", successor=str(tied.id), status=422)
    assert audit.reference in page.errors[0]
    page = browser.submit("form[action$='/retire']", successor=str(successor.id))
    assert page.notes == ["The account is ended."]
    session.expire_all()
    assert audit.inspector_id == successor.id
