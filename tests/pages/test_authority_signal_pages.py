"""Signals from authorities on pages: noted by a planner, read with a trace, shown where audits are planned, ended."""

from audits.core import clock
from audits.core.access import Role
from portal.web import security_log
from portal.web.security_log import Kind
from tests.kit.factories import make_agency, make_certificate

SAID = "Boete opgelegd voor te weinig loon."


def test_one_is_noted_counts_where_audits_are_planned_and_is_ended(enter, session, monkeypatch):
    certificate = make_certificate(session)
    page = f"/office/agencies/{certificate.agency_id}/authority-signals"
    planner = enter(Role.PLANNER)
    assert "None counts today." in planner.open(f"/office/agencies/{certificate.agency_id}").text
    planner.follow("Read them or note one")
    assert len(planner.submit(status=422).errors) == 4
    told = {"source": "labour_inspectorate", "about": "pay", "text": SAID, "its_reference": "12/26"}
    today = clock.today()
    shown = planner.submit(**told, received_on=[str(today.day), str(today.month), str(today.year)])
    assert SAID in shown.text
    assert "Counts until" in shown.text
    read = []
    monkeypatch.setattr(security_log, "trace", lambda kind, *, subject_id: read.append((kind, subject_id)))
    planner.open(page)
    assert read == [(Kind.SIGNAL_READ, certificate.agency_id)]
    assert "1 counts today." in planner.open(f"/office/agencies/{certificate.agency_id}").text
    assert "1 signal from an authority counts today" in planner.open(f"/office/certificates/{certificate.id}/plan").text
    assert "Labour inspectorate" in planner.open("/office/signals/").text
    planner.open(page)
    planner.follow("It counts no longer")
    there = planner.page.path
    planner.open(there.replace(str(certificate.agency_id), str(make_agency(session).id)), status=404)
    planner.open(there)
    assert planner.submit(status=422).errors == ["Say why it counts no longer."]
    assert "The fine was annulled." in planner.submit(because="The fine was annulled.").text
    assert "None counts today." in planner.open(f"/office/agencies/{certificate.agency_id}").text


def test_others_do_not_see_that_there_is_one(enter, session):
    certificate = make_certificate(session)
    decider = enter(Role.DECIDER)
    assert "Signals from authorities" not in decider.open(f"/office/agencies/{certificate.agency_id}").text
    decider.open(f"/office/agencies/{certificate.agency_id}/authority-signals", status=403)
