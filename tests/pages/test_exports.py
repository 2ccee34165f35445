"""Files for an assessor: a case that verifies without us, and three lists."""

import csv
import io
import json
from hashlib import sha256
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from audits.core.access import Role
from audits.decisions.models import Decision
from certificates.lifecycle.services import suspend_certificate
from portal.stores import files
from tests.kit.factories import make_agency, make_certificate, make_person
from tests.kit.factories.documents import known
from tests.kit.world_of_agencies import add_interest


def table(answer):
    return list(csv.reader(io.StringIO(answer.response.get_data(as_text=True).lstrip("\ufeff"))))


def test_a_case_is_one_file_with_its_documents_bases_and_history(app, enter, session):
    certificate = make_certificate(session)
    data = b"%PDF-1.7 a letter"
    with app.app_context():
        files.store().put(data)
    known(session, certificate, data, "decision_letter")
    suspend_certificate(session, make_person(session, Role.DECIDER).actor, certificate.id, reasons="No wages.")
    planner = enter(Role.PLANNER)
    planner.open(f"/office/agencies/{certificate.agency_id}")
    answer = planner.client.get(f"/office/exports/cases/{certificate.agency_id}.zip")
    folder = ZipFile(io.BytesIO(answer.data))
    names = folder.namelist()
    [letter] = [name for name in names if name.startswith("documents/")]
    assert folder.read(letter) == data
    case = json.loads(folder.read("case.json"))
    [decision] = session.scalars(select(Decision).where(Decision.certificate_id == certificate.id))
    assert case["agency"]["legal_name"] == certificate.agency.legal_name
    assert [each["number"] for each in case["certificates"]] == [certificate.number]
    assert case["people"][str(decision.decider_id)]
    assert {"certificate.suspend"} <= {each["name"] for each in case["history"]}
    assert sha256(folder.read(f"bases/{decision.id}.json")).hexdigest() == decision.basis_sha256
    assert folder.read("evidence.csv").startswith(b'"application"')
    assert "README.txt" in names


def test_the_three_lists(enter, session):
    certificate = make_certificate(session)
    tied, other = make_person(session, Role.INSPECTOR), make_agency(session)
    add_interest(session, tied.id, other.id)
    session.flush()
    reviewer = enter(Role.REVIEWER)
    page = reviewer.open("/office/exports/")
    assert len(page.soup.select("main td a")) == 6
    held = table(reviewer.open("/office/exports/register.csv"))
    assert certificate.number in {row[0] for row in held}
    impartial = table(reviewer.open("/office/exports/impartiality.csv"))
    assert [tied.name, other.legal_name, "tie"] in [row[:3] for row in impartial]
    assert "audit" in {row[2] for row in impartial}
    counted = table(reviewer.open("/office/exports/statistics.csv"))
    assert {row[1] for row in counted[1:]} >= {"decision", "certificate"}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSPECTOR])
def test_who_does_not_work_on_cases_gets_nothing(enter, session, role):
    enter(role).open(f"/office/exports/cases/{make_agency(session).id}.zip", status=403)
