"""The queue of audits to plan: its order, what the risk is made of, and the formula of the norm."""

from datetime import timedelta
from uuid import uuid4

import pytest

from audits.agencies.rules import ControllingPersonDetails, ProfileSection
from audits.applications.workflow import ApplicationState
from audits.certification.queries import cycle_of_holder
from audits.changes.services import report_row
from audits.core import clock
from audits.core.access import Role
from audits.deadlines.models import Deadline
from audits.signals.rules import About
from audits.signals.services import receive_signal
from tests.kit.factories import make_agency, make_application, make_certificate, make_person
from tests.kit.factories.changes import EXTRACT
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.inspecting import statements
from tests.kit.world_of_agencies import add_authority_signal

PATH = "/office/to-plan/"


def accepted(session, **details):
    agency = make_agency(session, **details)
    make_application(session, state=ApplicationState.ACCEPTED, agency=agency)
    return agency


def due(session, certificate, days):
    """A surveillance audit that is due in so many days."""
    window = {"from_on": clock.today() - timedelta(days=30), "due_on": clock.today() + timedelta(days=days)}
    about = {"kind": "surveillance", "subject_id": cycle_of_holder(session, certificate.agency_id).id}
    who = {"agency_id": certificate.agency_id, "owner_role": Role.PLANNER, "opened_at": clock.now()}
    session.add(Deadline(**about, **window, **who))


def signal(session, agency, times=1):
    for _ in range(times):
        receive_signal(session, agency.id, signal_id=uuid4(), about=About.PAY, message="x", contact="", language="nl")


def lines(page):
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("main table")[0].select("tbody tr")]


@pytest.fixture
def planner(enter):
    return enter(Role.PLANNER)


def test_what_is_due_soon_comes_first_then_the_highest_risk(session, planner):
    calm = accepted(session, legal_name="Kalm B.V.", headcount=5, recruitment_countries=["NL"])
    risky = accepted(session, legal_name="Woelig B.V.", headcount=5, recruitment_countries=["NL"])
    signal(session, risky, 2)
    holder = make_certificate(session)
    due(session, holder, 10)
    session.commit()
    first, second, third = lines(planner.open(PATH))
    assert holder.agency.legal_name in first
    assert "Surveillance audit" in first
    assert second.startswith("Woelig B.V. Audit on an application – 18.1")  # 16, a country and five workers
    assert "Signals 2 (16), Countries of recruitment 1 (2), Workers 5 (0.1)" in second
    assert third.startswith("Kalm B.V.")
    assert calm.legal_name in third


def test_a_signal_from_an_authority_weighs_as_long_as_it_counts(session, planner):
    agency, noter = accepted(session), make_person(session, Role.PLANNER).id
    add_authority_signal(session, noter, agency.id)
    add_authority_signal(session, noter, agency.id, ended=True)
    session.commit()
    (line,) = lines(planner.open(PATH))
    assert "Signals 1 (8)" in line


def test_what_is_known_of_a_holder_weighs(session, planner):
    holder = make_certificate(session, details={"headcount": 0, "recruitment_countries": []})
    due(session, holder, 90)
    add_findings(
        session,
        holder.decision.audit,
        [finding("minor", "open"), finding("minor", "closed"), finding("major", "answered")],
    )
    person = make_person(session, Role.AGENCY_EDITOR, holder.agency)
    said = {"effective_on": clock.today(), "explanation": "", "files": [EXTRACT]}
    new = ControllingPersonDetails(name="J. Nieuw", function="Director", since=clock.today())
    report_row(
        session,
        person.actor,
        holder.agency_id,
        ProfileSection.CONTROLLING_PERSONS,
        row_id=None,
        details=new,
        **said,
    )
    session.commit()
    (line,) = lines(planner.open(PATH))
    parts = "Points of the last audit 12 (6), Open findings 2 (6), Change of persons in control 1 (6)"
    assert line.endswith(f"18 {parts}")


def test_a_late_one_says_so_and_the_formula_of_the_norm_stands_below(session, planner):
    holder = make_certificate(session)
    due(session, holder, -3)
    session.commit()
    page = planner.open(PATH)
    assert "Late" in lines(page)[0]
    formula = {row.th.get_text(): [cell.get_text() for cell in row.select("td")] for row in page.soup.select("tr")[3:]}
    assert formula["Signals"] == ["8", "24"]
    assert formula["Workers"] == ["0.02", "20"]


def test_the_list_leaves_as_a_table(session, planner):
    accepted(session, legal_name="Kalm B.V.", headcount=50)
    session.commit()
    head, row = planner.client.get(f"{PATH}to-plan.csv").get_data(as_text=True).splitlines()
    assert '"Workers","Workers: points"' in head
    assert row.startswith('"Kalm B.V.","Audit on an application"')
    assert '"50","1.00"' in row
    assert planner.client.get(f"{PATH}to-plan.xlsx").data.startswith(b"PK")


def test_nothing_to_plan_is_said(planner, session):
    make_application(session)
    session.commit()
    assert "Every audit that is due has been planned." in planner.open(PATH).text


def test_only_planners_read_it(enter):
    enter(Role.DECIDER).open(PATH, 403)


def test_more_audits_ask_no_more_of_the_database(engine, session, planner):
    signal(session, accepted(session))
    due(session, make_certificate(session), 5)
    session.commit()
    few = len(statements(engine, planner, PATH))
    for _ in range(3):
        signal(session, accepted(session))
        due(session, make_certificate(session), 5)
    session.commit()
    assert len(statements(engine, planner, PATH)) == few
