"""A file that seems to hold personal numbers of several kinds: wherever it is added, the office may let it in."""

from io import BytesIO

import pytest
from sqlalchemy import select

from audits.applications.models import Evidence, FilePlea
from audits.changes.models import AgencyChangeFile
from audits.conditions.models import Condition, ConditionFile
from audits.core import clock
from audits.core.access import Role
from audits.inspections import queries
from audits.inspections.models import CellFile
from audits.inspections.workflow import AuditState
from tests.kit.factories import make_certificate, make_person
from tests.kit.factories.findings import BROKEN, REPAIR
from tests.kit.factories.inspections import make_audit
from tests.kit.inspecting import FILES
from tests.kit.queued import enqueued
from tests.pages.agency.test_evidence_pages import BOTH, WAGES

REASON = "These are order numbers and our own accounts."


def repair(session):
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN})
    [finding] = queries.findings_of(session, audit.id)
    owner = make_person(session, Role.AGENCY_OWNER, finding.audit.agency)
    return owner, f"/agency/findings/{finding.id}/answer", REPAIR, "Send to the inspector", Evidence


def proof(session):
    agency = make_certificate(session, conditions=["Mend the contracts."], months=3).agency
    condition = session.scalars(select(Condition).where(Condition.agency_id == agency.id)).one()
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    return owner, f"/agency/conditions/{condition.id}", {"explanation": "See the file."}, "Hand in", ConditionFile


def change(session):
    owner, today = make_person(session, Role.AGENCY_OWNER, make_certificate(session).agency), clock.today()
    day = [str(today.day), str(today.month), str(today.year)]
    said = {"city": "Weert", "effective_on": day}
    return owner, "/agency/details/seat", said, "Report the change", AgencyChangeFile


def verdict(session):
    audit = make_audit(session, populations={"personnel_file": FILES})
    return audit.inspector, f"/inspector/audits/{audit.id}/cells/PAY-05/1/files", {}, "Add it", CellFile


@pytest.mark.parametrize("place", [repair, proof, change, verdict])
def test_the_office_lets_it_in_and_the_reason_stands_beside_it(enter, session, place):
    person, path, said, button, table = place(session)
    sender, planner = enter(person), enter(Role.PLANNER)

    def send(content, status=422, **more):
        if not more:
            sender.open(path)
        return sender.submit(button=button, status=status, files=[(BytesIO(content), "a.csv")], **said, **more)

    assert "false alarm" in send(BOTH).text
    page = send(BOTH, false_alarm=REASON)
    assert any("We look at what you say about the file a.csv" in each for each in page.errors)
    assert session.scalars(select(table)).all() == []
    planner.open("/office/files-to-admit/")
    page = planner.follow("a.csv")
    assert (REASON in page.text, "who audits this agency" in page.text) == (True, place is verdict)
    planner.submit(granted="yes")
    assert len([*enqueued(session, "mail", "plea_answered"), *enqueued(session, "mail.agency", "plea_answered")]) == 1
    send(BOTH, status=200)
    assert [file.overruled for file in session.scalars(select(table))] == [REASON]


@pytest.mark.parametrize("place", [repair, proof, change, verdict])
def test_one_kind_alone_is_overruled_at_once(enter, session, place):
    person, path, said, button, table = place(session)
    sender = enter(person)
    sender.open(path)
    sender.submit(button=button, status=422, files=[(BytesIO(WAGES), "a.csv")], **said)
    sender.submit(button=button, files=[(BytesIO(WAGES), "a.csv")], false_alarm=REASON, **said)
    assert [file.overruled for file in session.scalars(select(table))] == [REASON]


def test_an_agency_never_reads_what_its_inspector_asks(enter, session):
    inspector, path, _, button, _ = verdict(session)
    sender = enter(inspector)
    sender.open(path)
    for said in ({}, {"false_alarm": REASON}):
        sender.submit(button=button, status=422, files=[(BytesIO(BOTH), "a.csv")], **said)
    plea = session.scalars(select(FilePlea)).one()
    assert plea.audit_id
    owner = enter(make_person(session, Role.AGENCY_OWNER, plea.agency))
    assert "a.csv" not in owner.open("/agency/").text
