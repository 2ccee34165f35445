"""Reported changes: what stands still, who reports, checks and withdraws, and what the register shows meanwhile."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies import services as agencies
from audits.agencies.models import Agency, Branch, ControllingPerson
from audits.agencies.queries import details_of, fixed_sections
from audits.agencies.rules import BranchDetails, ContactDetails, ControllingPersonDetails, ProfileSection
from audits.applications.workflow import ApplicationState
from audits.changes import services
from audits.changes.models import AgencyChange, AgencyChangeFile
from audits.changes.queries import get_change, get_file, list_changes, special_audits, waiting_changes
from audits.changes.workflow import OPEN_STATES, ChangeState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.people.models import Interest
from certificates.register.models import RegisterEntry
from certificates.register.services import refresh_entry
from tests.kit.factories import make_agency, make_application, make_certificate, make_person
from tests.kit.factories.changes import EXTRACT, report

S = ProfileSection
LISTS_TOO = frozenset(S) - {S.CONTACTS}
BRANCH = BranchDetails(name="Breda", street="B 1", postcode="4811 AB", city="Breda", country="NL")
PERSON = ControllingPersonDetails(name="Ada Bos", function="director", since=date(2015, 3, 1), share_percent=33.33)


@pytest.fixture
def holder(session):
    return make_certificate(session).agency


@pytest.fixture
def applicant(session):
    """An agency whose application waits for its audit: public, and without a certificate."""
    return make_application(session, state=ApplicationState.ACCEPTED).agency


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER).actor


def edit(session, agency, **changes):
    actor = make_person(session, Role.AGENCY_EDITOR, agency).actor
    details = replace(details_of(agency), **changes)
    return agencies.edit_agency(session, actor, agency.id, details, version=agency.version)


def said(**changes):
    return {"effective_on": clock.today(), "explanation": "", "files": [EXTRACT]} | changes


def accept(session, actor, change, **more):
    return services.accept_change(session, actor, change.id, **{"checked_against": "An extract of today."} | more)


def tasks(session, change):
    found = session.scalars(select(Deadline).where(Deadline.subject_id == change.id, Deadline.done_at.is_(None)))
    return {task.kind.value: task for task in found}


def mails(session):
    return [item.payload["template"] for item in session.scalars(select(OutboxItem)) if item.kind.startswith("mail")]


@pytest.mark.parametrize("state", ApplicationState)
def test_details_stand_still_from_submission_on(session, state):
    agency = make_application(session, state=state).agency
    free = {ApplicationState.DRAFT, ApplicationState.REFUSED, ApplicationState.WITHDRAWN}
    assert fixed_sections(session, agency.id) == (frozenset() if state in free else LISTS_TOO)
    if state in free:
        edit(session, agency, legal_name="Groenland B.V.", city="Breda", iban="")
    else:
        with pytest.raises(IllegalMoveError, match="Report the change"):
            edit(session, agency, legal_name="Groenland B.V.")


def test_a_holder_that_applies_again_states_its_scope_anew_and_nothing_else(session, holder):
    make_application(session, agency=holder)
    assert fixed_sections(session, holder.id) == LISTS_TOO - {S.SCOPE, S.WORKERS}
    edit(session, holder, sectors=("construction",), own_housing=False)
    with pytest.raises(IllegalMoveError):
        edit(session, holder, trade_names=("Groenland",))


@pytest.mark.parametrize(
    "changes",
    [
        {"legal_name": "x"},
        {"trade_names": ()},
        {"city": "Breda"},
        {"sectors": ()},
        {"own_housing": False},
        {"iban": ""},
    ],
)
def test_no_field_of_a_holder_is_edited(session, holder, changes):
    with pytest.raises(IllegalMoveError):
        edit(session, holder, **changes)


def test_what_nobody_relies_on_is_edited_as_before(session, holder):
    edit(session, holder, phone="077 765 4321", website="https://www.new.example", headcount=7)
    actor = make_person(session, Role.AGENCY_EDITOR, holder).actor
    contact = ContactDetails(name="Bo Vos", function="planner", email="bo@x.example", phone="06 12345678")
    agencies.add_contact(session, actor, holder.id, contact)
    assert (holder.headcount, holder.phone) == (7, "077 765 4321")


def test_no_list_of_a_holder_is_edited(session, holder):
    actor = make_person(session, Role.AGENCY_EDITOR, holder).actor
    person = holder.controlling_persons[0]
    for act in (
        lambda: agencies.add_branch(session, actor, holder.id, BRANCH),
        lambda: agencies.add_controlling_person(session, actor, holder.id, PERSON),
        lambda: agencies.change_controlling_person(session, actor, person.id, PERSON, version=person.version),
        lambda: agencies.remove_controlling_person(session, actor, person.id),
    ):
        with pytest.raises(IllegalMoveError, match="Report the change"):
            act()


def test_a_report_changes_nothing_but_asks_the_office(session, holder, planner):
    refresh_entry(session, holder.id)
    before, entry = holder.legal_name, session.get(RegisterEntry, holder.id)
    change = report(session, holder, legal_name="Groenland Uitzenden Holding B.V.")
    refresh_entry(session, holder.id)
    assert (holder.legal_name, entry.legal_name) == (before, before)
    assert (change.state, change.before, change.after) == (
        ChangeState.REPORTED, {"legal_name": before}, {"legal_name": "Groenland Uitzenden Holding B.V."},
    )  # fmt: skip
    task = tasks(session, change)["reported_change"]
    assert (task.due_on, task.owner_role) == (add_working_days(clock.today(), 10), Role.PLANNER) == (
        change.due_on, Role.PLANNER,
    )  # fmt: skip
    assert [each.change for each in waiting_changes(session, planner, {ChangeState.REPORTED})] == [change]
    assert "change_reported" in mails(session)
    [told] = history(session, change.id)
    assert told.data == {"section": "seat", "fields": ["legal_name"]}
    assert told.note is None  # the values can be erased with their row


def test_a_report_stores_at_once_what_needs_none(session, applicant):
    change = report(session, applicant, city="Breda", phone="077 765 4321")
    assert (applicant.phone, applicant.city) == ("077 765 4321", "Venlo")
    assert change.after == {"city": "Breda"}


def test_a_report_of_nothing_is_none(session, applicant):
    actor = make_person(session, Role.AGENCY_EDITOR, applicant).actor
    details = replace(details_of(applicant), headcount=9)
    version = applicant.version
    assert services.report_details(
        session, actor, applicant.id, S.WORKERS, details, version=version, **said(effective_on=None)
    ) is None  # fmt: skip
    assert applicant.headcount == 9
    assert list_changes(session, actor) == []


def test_a_report_needs_a_day_a_file_and_values_that_hold(session, applicant):
    for wrong, field in (
        ({"effective_on": None}, "effective_on"), ({"files": []}, "files"), ({"city": ""}, "city"),
        ({"legal_name": "漢字"}, "legal_name"),
    ):  # fmt: skip
        with pytest.raises(RuleError) as refused:
            report(session, applicant, **{"street": "Kade 2"} | wrong)
        assert refused.value.field == field


def test_only_people_who_edit_the_agency_report_for_it(session, applicant):
    for role in (Role.AGENCY_SIGNATORY, Role.PLANNER):
        person = make_person(session, role, applicant if role is Role.AGENCY_SIGNATORY else None)
        with pytest.raises(NotAllowedError):
            report(session, applicant, person, city="Breda")
    with pytest.raises(NotFoundError):
        report(session, applicant, make_person(session, Role.AGENCY_OWNER, make_agency(session)), city="Breda")


def test_the_office_accepts_and_the_register_shows_it(session, applicant, planner):
    old = applicant.legal_name
    change = report(session, applicant, legal_name="Groenland B.V.", city="Breda")
    accept(session, planner, change, reason="Seen in the register.")
    refresh_entry(session, applicant.id)
    entry = session.get(RegisterEntry, applicant.id)
    assert (entry.legal_name, entry.city, entry.former_names) == ("Groenland B.V.", "Breda", [old])
    assert (change.state, change.checked_by) == (ChangeState.ACCEPTED, planner.id)
    assert tasks(session, change) == {}
    assert "change_judged" in mails(session)
    assert [event.name for event in history(session, change.id)] == ["change.report", "change.accept"]


def test_declined_and_withdrawn_changes_change_nothing(session, applicant, planner):
    first = report(session, applicant, city="Breda")
    with pytest.raises(RuleError), session.begin_nested():
        services.decline_change(session, planner, first.id, reason=" ")
    session.expire_all()
    services.decline_change(session, planner, first.id, reason="The register says Venlo.")
    person = make_person(session, Role.AGENCY_EDITOR, applicant)
    second = report(session, applicant, person, city="Breda")
    services.withdraw_change(session, person.actor, second.id)
    assert applicant.city == "Venlo"
    assert (first.state, second.state) == (ChangeState.DECLINED, ChangeState.WITHDRAWN)
    assert tasks(session, first) == tasks(session, second) == {}
    with pytest.raises(IllegalMoveError):
        accept(session, planner, second)


def test_rows_of_lists_are_reported_one_by_one(session, applicant, planner):
    actor = make_person(session, Role.AGENCY_EDITOR, applicant).actor
    branch, person = applicant.branches[0], applicant.controlling_persons[0]
    moves = [
        services.report_row(session, actor, applicant.id, S.BRANCHES, row_id=None, details=BRANCH, **said()),
        services.report_row(session, actor, applicant.id, S.BRANCHES, row_id=branch.id, details=None, **said()),
        services.report_row(
            session, actor, applicant.id, S.CONTROLLING_PERSONS, row_id=person.id, details=PERSON,
            version=person.version, **said()
        ),
    ]  # fmt: skip
    assert {row.name for row in applicant.branches} == {branch.name}
    for change in moves:
        accept(session, planner, change)
    session.expire_all()
    names = session.scalars(select(Branch.name).where(Branch.agency_id == applicant.id)).all()
    changed = session.get(ControllingPerson, person.id)
    assert names == ["Breda"]
    assert (changed.name, changed.since, changed.share_percent) == ("Ada Bos", date(2015, 3, 1), 33.33)


def test_a_row_of_another_agency_cannot_be_reported(session, applicant):
    actor = make_person(session, Role.AGENCY_EDITOR, applicant).actor
    foreign = make_agency(session).branches[0]
    with pytest.raises(NotFoundError):
        services.report_row(session, actor, applicant.id, S.BRANCHES, row_id=foreign.id, details=None, **said())


def test_what_a_certificate_says_goes_to_a_decider_first(session, holder, planner):
    name = holder.legal_name
    change = report(session, holder, legal_name="Groenland B.V.")
    accept(session, planner, change)
    assert (change.state, change.consequences, holder.legal_name) == (ChangeState.REFERRED, ["amend"], name)
    assert tasks(session, change).keys() == {"change_decision"}
    assert "change_referred" in mails(session)
    decider = make_person(session, Role.DECIDER).actor
    services.return_change(session, decider, change.id, reason="The extract is of another year.")
    assert (change.state, change.consequences, change.checked_by) == (ChangeState.REPORTED, [], None)
    assert tasks(session, change).keys() == {"reported_change"}


def test_a_holder_that_withdraws_takes_it_from_the_decider(session, holder, planner):
    person = make_person(session, Role.AGENCY_OWNER, holder)
    change = report(session, holder, person, city="Breda")
    accept(session, planner, change)
    services.withdraw_change(session, person.actor, change.id)
    assert tasks(session, change) == {}


def test_another_account_of_a_holder_holds_at_once_and_may_ask_for_a_special_audit(session, holder, planner):
    change = report(session, holder, account_holder="Somebody else")
    accept(session, planner, change, consequences=["special_audit"])
    assert (change.state, holder.account_holder) == (ChangeState.ACCEPTED, "Somebody else")
    task = tasks(session, change)["special_audit"]
    assert (task.owner_role, task.agency_id) == (Role.PLANNER, holder.id)
    assert [each.change for each in special_audits(session, planner)] == [change]


def test_who_has_an_interest_does_not_check_and_others_may_not(session, applicant, planner):
    change = report(session, applicant, city="Breda")
    for role in (Role.DECIDER, Role.REVIEWER, Role.INSPECTOR):
        with pytest.raises(NotAllowedError):
            accept(session, make_person(session, role).actor, change)
    owner = make_person(session, Role.AGENCY_OWNER, applicant).actor
    with pytest.raises(NotAllowedError):
        accept(session, owner, change)
    session.add(Interest(person_id=planner.id, agency_id=applicant.id, nature="x", declared_at=clock.now()))
    session.flush()
    with pytest.raises(NotAllowedError, match="interest"):
        accept(session, planner, change)


def test_nobody_accepts_early_blindly_or_what_starts_from_elsewhere(session, applicant, planner):
    later = report(session, applicant, iban="NL20INGB0001234567", effective_on=clock.today() + timedelta(days=1))
    with pytest.raises(RuleError, match="later day"), session.begin_nested():
        accept(session, planner, later)
    change = report(session, applicant, city="Breda")
    with pytest.raises(RuleError) as blind, session.begin_nested():
        accept(session, planner, change, checked_against=" ")
    assert blind.value.field == "checked_against"
    session.expire_all()
    session.execute(text("UPDATE agency SET city = 'Goes' WHERE id = :id"), {"id": applicant.id})
    with pytest.raises(IllegalMoveError, match="no longer"):
        accept(session, planner, change)


def test_a_page_that_is_outdated_accepts_nothing(session, applicant, planner):
    person = make_person(session, Role.AGENCY_EDITOR, applicant)
    change = report(session, applicant, person, city="Breda")
    seen = change.version
    services.withdraw_change(session, person.actor, change.id)
    session.flush()
    with pytest.raises(IllegalMoveError):
        accept(session, planner, change, version=seen)


def test_changes_and_their_files_are_seen_by_the_agency_and_staff_with_cases(session, applicant, planner):
    change = report(session, applicant, city="Breda")
    [file] = session.scalars(select(AgencyChangeFile).where(AgencyChangeFile.change_id == change.id))
    signatory = make_person(session, Role.AGENCY_SIGNATORY, applicant).actor
    for actor in (planner, signatory, make_person(session, Role.DECIDER).actor):
        assert get_change(session, actor, change.id) is change
        assert get_file(session, actor, file.id) is file
    for actor in (
        make_person(session, Role.AGENCY_OWNER, make_agency(session)).actor,
        make_person(session, Role.INSPECTOR).actor,
        make_person(session, Role.ADMINISTRATOR).actor,
    ):
        with pytest.raises(NotFoundError):
            get_change(session, actor, change.id)
        with pytest.raises(NotFoundError):
            get_file(session, actor, file.id)


def test_one_change_of_a_section_waits_at_a_time(session, applicant):
    report(session, applicant, city="Breda")
    report(session, applicant, account_holder="Somebody else")
    with pytest.raises(IllegalMoveError, match="waits already"):
        report(session, applicant, street="Kade 2")


def test_of_two_people_who_report_the_same_at_once_one_is_heard(real_db):
    with Session(real_db) as session:
        agency = make_application(session, state=ApplicationState.ACCEPTED).agency
        people = [make_person(session, Role.AGENCY_EDITOR, agency) for _ in range(2)]
        agency_id, ids = agency.id, [person.id for person in people]
        actors = [person.actor for person in people]
        session.commit()
    start, heard = threading.Barrier(2), []

    def tell(actor):
        with Session(real_db) as session:
            agency = session.get(Agency, agency_id)
            details, version = replace(details_of(agency), city=f"City {actor.id}"), agency.version
            start.wait()
            try:
                services.report_details(session, actor, agency_id, S.SEAT, details, version=version, **said())
                session.commit()
            except IllegalMoveError:
                heard.append("refused")
            else:
                heard.append("heard")

    threads = [threading.Thread(target=tell, args=(actor,)) for actor in actors]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(heard) == ["heard", "refused"]
    with Session(real_db) as session:
        [change] = session.scalars(select(AgencyChange).where(AgencyChange.state.in_(sorted(OPEN_STATES))))
        assert change.reported_by in ids


def test_the_database_keeps_two_open_changes_of_a_section_apart(session, applicant):
    change = report(session, applicant, city="Breda")
    columns = [column.name for column in AgencyChange.__table__.columns if column.name != "id"]
    session.add(AgencyChange(**{name: getattr(change, name) for name in columns}))
    with pytest.raises(IntegrityError, match="uq_agency_change_open"):
        session.flush()
