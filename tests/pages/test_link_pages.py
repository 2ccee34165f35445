"""Pages about what links agencies: the office judges sign by sign, the agency answers what it was asked."""

import pytest

from audits.core.access import Role
from audits.links.models import LinkReport
from audits.links.services import note_traces, report_links
from audits.links.workflow import LinkState
from tests.kit.factories import make_person
from tests.kit.factories.links import hits_of, make_lonely_agency


@pytest.fixture
def report(session):
    before = make_lonely_agency(session, legal_name="Avondzon Uitzendbureau B.V.", phone="06 12345678")
    linked = make_lonely_agency(session, legal_name="Ochtendrood Personeel B.V.", phone="0031 6 12345678")
    note_traces(session, b"key", [before.id])
    return report_links(session, linked.id, bank_key=b"key")


def fields(hit, choice, why="Looked at it."):
    return {f"sign_{hit.id.hex}": choice, f"why_{hit.id.hex}": why}


def concluding(office, reason):
    page = office.page
    form = "form[action*=dismiss] "
    hidden = {name: page.soup.select_one(f"{form}[name={name}]")["value"] for name in ("csrf_token", "version")}
    return hidden | {"reason": reason}


def state(session, report):
    session.expire_all()
    return session.get_one(LinkReport, report.id).state


def test_the_agency_answers_before_something_counts(enter, session, report):
    office, address = enter(make_person(session, Role.PLANNER)), f"/office/links/{report.id}?lang=en"
    page = office.open("/office/?lang=en")
    assert "Links to other agencies to judge" in page.text
    page = office.open(address)
    [hit] = hits_of(session, report)
    for told in (
        "Avondzon Uitzendbureau B.V.",
        "Same telephone number",
        "0031 6 12345678 – 06 12345678",
        "1 sign is open",
    ):
        assert told in page.text
    assert 'value="counts"' not in page.text
    office.submit("form[action*=judge]", **fields(hit, "ask", ""))
    assert "answers by" in office.open(address).text

    owner = enter(make_person(session, Role.AGENCY_OWNER, report.agency))
    assert "Answer what seems to link you to another agency" in owner.open("/agency/?lang=en").text
    page = owner.open("/agency/links/?lang=en")
    assert "0031 6 12345678" in page.text
    assert "06 12345678<" not in page.text, "what is the other's is not told"
    owner.follow("Same telephone number")
    assert "Write your answer." in owner.submit(answer="", status=422).text
    assert "Your answer is with us." in owner.submit(answer="It was hers.").text

    page = office.open(address)
    assert "It was hers." in page.text
    assert "Saved." in office.submit("form[action*=judge]", **fields(hit, "counts")).text
    page = office.post(f"/office/links/{report.id}/refer", concluding(office, "The same people."), 200)
    assert "With the deciders" in page.text
    assert state(session, report) is LinkState.REFERRED


def test_what_is_missing_is_told_and_nothing_typed_is_lost(enter, session, report):
    office = enter(make_person(session, Role.PLANNER))
    office.open(f"/office/links/{report.id}?lang=en")
    [hit] = hits_of(session, report)
    assert "Judge every sign first." in office.submit("form[action*=dismiss]", reason="No.", status=422).text
    page = office.submit("form[action*=judge]", **fields(hit, "counts_not", ""), status=422)
    assert "There is a problem" in page.text
    office.submit("form[action*=judge]", **fields(hit, "counts_not"))
    office.submit("form[action*=dismiss]", reason="Another firm in the building.")
    assert state(session, report) is LinkState.DISMISSED


def test_who_only_reads_sees_no_form(enter, session, report):
    page = enter(make_person(session, Role.DECIDER)).open(f"/office/links/{report.id}?lang=en")
    assert "Ochtendrood Personeel B.V." in page.text
    assert "<textarea" not in page.text


def test_an_agency_sees_nothing_that_it_was_not_asked(enter, session, report):
    owner = enter(make_person(session, Role.AGENCY_OWNER, report.agency))
    assert "We asked you nothing." in owner.open("/agency/links/?lang=en").text
    [hit] = hits_of(session, report)
    assert owner.open(f"/agency/links/{hit.id}", status=404).status == 404
