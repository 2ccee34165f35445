"""The history of a case: who, what, when, old and new value, cut by day, subject and person."""

from enum import EnumType
from typing import get_type_hints
from uuid import UUID, uuid4

from audits.agencies.events import AgencyEdited
from audits.core import clock
from audits.core.access import Role
from audits.core.events import KINDS, Code, Digest, record
from audits.inspections.events import ListAsked, VerdictsRecorded
from audits.inspections.workflow import AuditState
from audits.schemes.queries import scheme_of_version
from audits.worklists.history import LEFT_OUT, Entry, Value, values_of
from portal.language.labels import label
from portal.language.past import ABOUT, STATES, field_name, lines_of, type_of
from tests.kit.factories import make_agency, make_audit, make_person
from tests.kit.factories.changes import report

ABOUT_NO_AGENCY = {"absence", "competence", "scheme"}
PEOPLE = {"person", "inspector", "deputy"}


def test_what_an_event_says_becomes_fields_with_both_values():
    told = {"before": "draft", "after": "submitted", "reason": "x", "head": "ab"}
    assert values_of(told) == (Value("state", "draft", "submitted"),)
    assert values_of({"fields": ["city"], "changes": {"city": ["Breda", "Tilburg"]}}) == (
        Value("city", "Breda", "Tilburg"),
    )
    assert values_of({"day_before": "2027-01-01", "day": "2027-01-02"}) == (Value("day", "2027-01-01", "2027-01-02"),)
    assert values_of({"code": "PAY-01", "explained": False, "value": ["conform", "partly"]})[-1] == (
        "value", "conform", "partly",
    )  # fmt: skip
    assert values_of({"day_before": "2027-01-01", "day": "2027-01-01", "grade": None}) == ()


def test_whatever_can_happen_to_an_agency_has_a_word_and_no_word_is_left_over(app):
    happens = {name.partition(".")[0] for name in KINDS} - ABOUT_NO_AGENCY
    assert set(ABOUT) == happens
    assert set(STATES) <= happens


def test_every_event_shows_who_and_both_values_in_words(enter, session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    owner = make_person(session, Role.AGENCY_OWNER, audit.agency, name="Noor de Wit")
    told = AgencyEdited(fields=("phone",), changes={"phone": ["010", "020"]})
    record(session, told, subject_id=audit.agency_id, actor=owner.actor, agency_id=audit.agency_id)
    report(session, audit.agency, owner, city="Breda")
    before = audit.agency.city
    record(session, told, subject_id=uuid4(), actor=owner.actor, agency_id=make_agency(session).id)
    session.flush()
    found = enter(Role.PLANNER).open(f"/office/agencies/{audit.agency_id}/history").rows
    assert [row[1:] for row in found if row[2] == "Details changed"] == [
        ["Noor de Wit", "Details changed", "Telephone", "010", "020"]
    ]
    assert [row[3:] for row in found if row[2] == "Change reported"] == [["Town or city", before, "Breda"]]
    assert ["State", "Planned", "In progress"] in [row[3:] for row in found if row[2] == "Audit started"]


def test_each_field_has_a_row_of_its_own_and_units_are_named(enter, session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    verdicts = {"organisation": [None, "conform"], "P-1": [None, "nonconform"]}
    told = VerdictsRecorded(requirement=Code("GOV-01"), units=2, verdicts=verdicts)
    record(session, told, subject_id=audit.id, actor=audit.inspector.actor, agency_id=audit.agency_id)
    listed = ListAsked(unit=Code("personnel_file"))
    record(session, listed, subject_id=audit.id, actor=audit.inspector.actor, agency_id=audit.agency_id)
    session.flush()
    found = enter(Role.PLANNER).open(f"/office/agencies/{audit.agency_id}/history").rows
    names = {code: unit.name.in_("en") for code, unit in scheme_of_version(audit.scheme_version).units.items()}
    shown = [row for row in found if row[2] == "Verdicts recorded"]
    assert sorted(row[3] for row in shown) == sorted([names["organisation"], "P-1", "Number of units", "Requirement"])
    assert len({tuple(row[:3]) for row in shown}) == 1
    assert names["personnel_file"] in [row[5] for row in found if row[2] == "Agency asked for a list"]


def test_the_history_is_cut_by_day_subject_and_person(enter, session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    planner = enter(Role.PLANNER)
    whole = f"/office/agencies/{audit.agency_id}/history"
    assert {row[2] for row in planner.open(f"{whole}?about=audit").rows} >= {"Audit planned", "Audit started"}
    mine = planner.open(f"{whole}?person={audit.inspector.name}").rows
    assert mine
    assert {row[1] for row in mine} == {audit.inspector.name}
    for query in ("since-year=2100&since-month=1&since-day=1", "until-year=2000&until-month=1&until-day=1"):
        names = planner.open(whole).soup.select("input[name]")
        assert names
        assert "Nothing was found." in planner.open(f"{whole}?{_as_the_form(planner, query)}").text


def _as_the_form(browser, query):
    """The query with the names that the three fields of a date have on this page."""
    field = query.split("-")[0]
    names = [tag["name"] for tag in browser.page.soup.select(f'input[name^="{field}"]')]
    year, month, day = (part.split("=")[1] for part in query.split("&"))
    values = (day, month, year)
    return "&".join(f"{name}={value}" for name, value in zip(names, values, strict=True))


def test_only_who_works_on_cases_reads_it(enter, session):
    agency = make_agency(session)
    for person in (Role.ADMINISTRATOR, make_person(session, Role.AGENCY_OWNER, agency)):
        for page in ("history", "notes"):
            enter(person).open(f"/office/agencies/{agency.id}/{page}", status=403)


def test_every_field_of_an_event_has_a_word_and_its_values_too(app):
    """Digests, and ids of what is not a person, are left out."""
    with app.test_request_context():
        for name, kind in KINDS.items():
            for field, hint in get_type_hints(kind).items():
                shown = field.removesuffix("_before")
                if field in {"name", "words"} | LEFT_OUT or (hint is UUID and shown not in PEOPLE):
                    assert hint is not Digest or field in LEFT_OUT
                    continue
                assert field_name(shown) != shown, f"{name} has {field}"
            for field in {"state", *get_type_hints(kind)} - {"before", "after"}:
                if isinstance(enum := type_of(name, field), EnumType):
                    assert all(label(each) for each in enum)


def test_values_are_shown_in_words(app, session):
    scheme = scheme_of_version(make_audit(session).scheme_version)

    def said(name, told):
        entry = Entry(1, name, None, clock.now(), "", values_of(told), None)
        return [tuple(line) for line in lines_of(entry, scheme)]

    with app.test_request_context(headers={"Accept-Language": "en"}):
        confirmed = {"items": ["activities:payrolling", "recruitment_countries:PL", "own_housing"], "beds": {"H-1": 12}}
        assert said("audit.confirm_scope", confirmed) == [
            ("Scope", "–", "Payroll employment, Poland, Own housing"), ("Beds per house", "–", "H-1: 12"),
        ]  # fmt: skip
        recorded = {"verdicts": {"P-7": [None, ["conform", ""]], "P-9": [["conform", ""], ["nonconform", "late"]]}}
        recorded["verdicts"]["P-8"] = recorded["verdicts"]["P-7"]
        assert said("audit.record", recorded) == [
            ("P-7, P-8", "–", "Conforms"), ("P-9", "Conforms", "Does not conform, late"),
        ]  # fmt: skip
        assert said("decision.decide", {"kind": "grant", "basis": "ab"}) == [("Kind", "–", "Certificate granted")]
        assert said("audit.remark", {"grade": "minor"}) == [("Grade", "–", "Minor")]
        assert said("person.set_roles", {"before": ["planner"], "after": ["planner", "decider"]}) == [
            ("State", "Planner", "Planner, Decider")
        ]
        assert said("audit.plan", {"announced": True})[0][2] == "Yes"
