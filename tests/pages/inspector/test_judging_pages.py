"""The desk of an inspector: verdicts on a page per requirement and per unit, what was saved by somebody else."""

from html import unescape

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections import queries, services
from audits.inspections.grading import Extent
from audits.inspections.workflow import AuditState
from tests.kit.browser import Browser
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import draw, judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.inspecting import FILES, path, statements
from tests.kit.scheme import SECOND, scheme, source

# The desk


UNIT = "units/personnel_file/1"
FORM = "main form[method=post]"


def chosen(page, name):
    return page.soup.select_one(f"[name='{name}'][checked]")["value"]


def test_the_desk_shows_norm_answer_and_units_beside_each_other(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    page = browser.open(path(audit, "requirements/IDW-01"))
    item = scheme().requirement("IDW-01")
    assert page.heading == f"IDW-01 {item.title['en']}"
    assert all(text in page.text for text in (item.question["en"], item.guidance["en"], "Conforms", *FILES))


def test_save_and_next_walks_through_everything_that_is_open(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    judge(session, audit, {"GOV-02": ("conform", "")})
    browser.open(path(audit, "requirements/GOV-01"))
    page = browser.submit(button="Save and next", **{"GOV-01-1": "conform"})
    assert page.path == path(audit, "requirements/GOV-03")
    assert queries.verdicts_of(session, audit.id, ["GOV-01"])["GOV-01"] == {"organisation": ("conform", "", 1)}
    page = browser.submit(button="Save", **{"GOV-03-1": "conform"})
    assert page.path == path(audit, "requirements/GOV-03")


def test_the_last_verdict_leads_to_the_report(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    draw(session, audit, {"personnel_file": FILES}, all_units=True)
    judge(session, audit, {}, rest=True)
    browser.open(path(audit, "requirements/GOV-01"))
    page = browser.submit(button="Save and next")
    assert (page.heading, page.notes) == ("Report", ["Every drawn unit has a verdict."])


def test_a_note_that_is_missing_loses_nothing(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    browser.open(path(audit, "requirements/IDW-01"))
    page = browser.submit(
        button="Save",
        status=422,
        **{"IDW-01-1": "nonconform", "IDW-01-2": "conform", "IDW-01-2-note": "Two\nlines", "IDW-01-3-note": "odd"},
    )
    wanted = "Say in the note what you saw, or why you could not see it."
    assert page.errors == [
        f"IDW-01, {drawn[0]}: {wanted}",
        f"IDW-01, {drawn[2]}: Choose one of the verdicts of the norm.",
    ]
    assert chosen(page, "IDW-01-1") == "nonconform"
    assert page.value("IDW-01-2-note") == "Two\nlines"
    assert queries.verdicts_of(session, audit.id) == {}
    aims = [a["href"] for a in page.soup.select(".govuk-error-summary a")]
    assert aims == ["#IDW-01-1-note", "#IDW-01-3"]


def test_all_that_is_empty_conforms_at_one_button(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    browser.open(path(audit, "requirements/IDW-01"))
    typed = {"IDW-01-2": "nonconform", "IDW-01-2-note": "Only a copy."}
    page = browser.submit(button="Set all empty to “Conforms” and save", **typed)
    seen = queries.verdicts_of(session, audit.id, ["IDW-01"])["IDW-01"]
    assert seen == dict.fromkeys(drawn, ("conform", "", 1)) | {drawn[1]: ("nonconform", "Only a copy.", 1)}
    assert "Set all empty" not in page.text


@pytest.mark.parametrize("page", ["requirements/IDW-01", UNIT])
def test_a_stale_page_never_wins_over_a_newer_verdict(session, browser, inspector, page):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    browser.open(path(audit, page))
    desk = {drawn[0]: ("nonconform", "The date is missing.")}
    services.record_sheets(session, inspector.actor, audit.id, {"IDW-01": desk})
    session.flush()
    answer = browser.submit(button="Save", status=409, **{"IDW-01-1": "conform"})
    assert answer.errors == [
        "Somebody judged this in the meantime. Look at what is stored now, and save again.",
        f"IDW-01, {drawn[0]}: Stored now: Does not conform. The date is missing.",
    ]
    assert chosen(answer, "IDW-01-1") == "conform"
    assert queries.verdicts_of(session, audit.id)["IDW-01"] == {drawn[0]: (*desk[drawn[0]], 1)}
    answer = browser.submit(button="Save", status=422)  # now it is a change, and that needs a reason
    assert answer.errors == [f"IDW-01, {drawn[0]}: You change a verdict that was saved before. Say why."]
    browser.submit(button="Save", **{"IDW-01-1-reason": "The date is on the back."})
    assert queries.verdicts_of(session, audit.id)["IDW-01"] == {drawn[0]: ("conform", "", 2)}
    (change,) = queries.changed_verdicts(session, audit.id)
    assert change.reason == "The date is on the back."


FILL = "Set all empty to “Conforms” and save"


@pytest.mark.parametrize(
    "case",
    [
        ("requirements/IDW-01", "Save", {}),
        ("requirements/IDW-01", FILL, {}),
        ("requirements/IDW-01", "Save", {"IDW-01": ("conform", "")}),
        (UNIT, "Save", {}),
        (UNIT, "Save", {"IDW-01": ("conform", "")}),
    ],
)
def test_a_stale_page_writes_nothing_but_what_was_changed_on_it(session, browser, inspector, case):
    page, button, first = case
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    judge(session, audit, first)
    browser.open(path(audit, page))
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    worse = dict.fromkeys(drawn, ("nonconform", "Under the minimum."))
    services.record_sheets(session, inspector.actor, audit.id, {"IDW-01": worse}, reasons={"IDW-01": "Saw more."})
    session.flush()
    assert browser.submit(button=button).errors == []
    stored = queries.rules_view(queries.verdicts_of(session, audit.id))
    assert stored == {"IDW-01": dict.fromkeys(drawn, "nonconform")}


def test_what_was_typed_stays_when_another_row_of_a_stale_page_is_wrong(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    browser.open(path(audit, "requirements/IDW-01"))
    services.record_sheets(session, inspector.actor, audit.id, {"IDW-01": {drawn[1]: ("nonconform", "Expired.")}})
    session.flush()
    page = browser.submit(button="Save", status=422, **{"IDW-01-1": "nonconform"})
    assert chosen(page, "IDW-01-1") == "nonconform"
    assert page.value("IDW-01-2-note") == "Expired."
    browser.submit(button="Save", **{"IDW-01-1-note": "Only a copy."})
    seen = queries.verdicts_of(session, audit.id)["IDW-01"]
    assert [seen[unit][:2] for unit in drawn[:2]] == [("nonconform", "Only a copy."), ("nonconform", "Expired.")]


def test_the_same_verdict_sent_twice_is_no_conflict(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "requirements/GOV-01"))
    services.record_sheets(session, inspector.actor, audit.id, {"GOV-01": {"organisation": ("conform", "")}})
    session.flush()
    browser.submit(button="Save", **{"GOV-01-1": "conform"})
    assert queries.verdicts_of(session, audit.id)["GOV-01"] == {"organisation": ("conform", "", 1)}


def test_a_unit_is_saved_at_once_and_leads_to_the_next(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    assert browser.open(path(audit, "units/personnel_file")).path == path(audit, UNIT)
    typed = {"IDW-01-1": "conform", "PAY-05-1": "nonconform", "PAY-05-1-note": "No leave balance."}
    page = browser.submit(button="Save and next", **typed)
    assert queries.rules_view(queries.verdicts_of(session, audit.id)) == {
        "IDW-01": {drawn[0]: "conform"},
        "PAY-05": {drawn[0]: "nonconform"},
    }
    assert (page.path, page.notes) == (path(audit, "units/personnel_file/2"), ["The verdicts are saved."])
    browser.open(path(audit, "units/personnel_file/5"))
    assert browser.submit(button="Save and next").path == path(audit)


def test_a_unit_shows_all_its_requirements_in_their_chapters(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    page = browser.open(path(audit, UNIT))
    asked = [item.code for item in scheme().on_unit("personnel_file")]
    assert [row["data-kw-row"] for row in page.soup.select("[data-kw-row]")] == [f"{code}-1" for code in asked]
    assert len(page.soup.select("fieldset.kw-verdicts input[type=radio]")) == 4 * len(asked)
    assert [link.get_text() for link in page.soup.select(".kw-rail a > span:first-child")] == sorted(
        FILES, key=queries.sample_of(session, audit.id)["personnel_file"].index
    )


def test_what_is_not_in_the_sample_has_no_page(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    for address in ("units/personnel_file/6", "units/moon/1", "units/moon", "cells/PAY-05/6", "cells/XXX-01/1"):
        browser.open(path(audit, address), status=404)


# One cell at a time, as the script saves it


def send(browser, audit, code, place, status=200, **fields):
    token = browser.page.value("csrf_token") if browser.page else ""
    answer = browser.client.post(
        path(audit, "cells", code, str(place)), data={"csrf_token": token} | fields, headers=browser.headers
    )
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_json() if answer.is_json else None


@pytest.fixture
def files(session, inspector):
    return make_audit(session, inspector=inspector, populations={"personnel_file": FILES})


def test_a_cell_is_saved_alone_and_tells_its_new_version(session, browser, files):
    drawn = queries.sample_of(session, files.id)["personnel_file"]
    page = browser.open(path(files, UNIT))
    said = send(browser, files, "PAY-05", 1, value="conform", shown=page.value("PAY-05-1-shown"))
    assert said["words"].startswith("Saved at ")
    assert queries.verdicts_of(session, files.id) == {"PAY-05": {drawn[0]: ("conform", "", 1)}}
    said = send(browser, files, "PAY-05", 1, value="conform", note="Seen in May.", shown=said["shown"])
    assert (said["note"], said["by"]) == ("Seen in May.", files.inspector.name)
    assert queries.verdicts_of(session, files.id)["PAY-05"][drawn[0]].version == 2


def test_a_cell_that_somebody_judged_meanwhile_is_shown_beside_ones_own(session, browser, files):
    drawn = queries.sample_of(session, files.id)["personnel_file"]
    page = browser.open(path(files, UNIT))
    services.record_sheets(session, files.inspector.actor, files.id, {"PAY-05": {drawn[0]: ("nonconform", "Short.")}})
    session.flush()
    said = send(browser, files, "PAY-05", 1, 409, value="conform", note="Fine.", shown=page.value("PAY-05-1-shown"))
    assert all(words in said["html"] for words in ("Short.", "Fine.", "Does not conform", "Conforms"))
    assert (said["value"], said["note"]) == ("nonconform", "Short.")
    assert queries.verdicts_of(session, files.id)["PAY-05"][drawn[0]] == ("nonconform", "Short.", 1)


def test_a_cell_says_what_is_missing(session, browser, files):
    page = browser.open(path(files, UNIT))
    fresh = page.value("PAY-05-1-shown")
    assert send(browser, files, "PAY-05", 1, 422, value="nonconform", shown=fresh)["field"] == "note"
    assert send(browser, files, "PAY-05", 1, 422, value="", note="Odd.", shown=fresh)["field"] == ""
    said = send(browser, files, "PAY-05", 1, value="conform", shown=fresh)
    wrong = send(browser, files, "PAY-05", 1, 422, value="not_assessed", note="Gone.", shown=said["shown"])
    assert wrong["field"] == "reason"
    send(browser, files, "PAY-05", 1, value="not_assessed", note="Gone.", reason="Not in.", shown=said["shown"])
    assert queries.changed_verdicts(session, files.id)[0].reason == "Not in."


def test_a_cell_cannot_be_saved_by_a_page_of_somebody_else(session, browser, files):
    browser.open(path(files, UNIT))
    browser.page = None
    assert send(browser, files, "PAY-05", 1, 400, value="conform") is None
    assert queries.verdicts_of(session, files.id) == {}


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("PAY-05", "requirements/PAY-05"),
        ("pay-05 f-002", "units/personnel_file/{}#PAY-05-{}-cell"),
        ("F-002", "units/personnel_file/{}"),
        ("F-002 PAY-05", "units/personnel_file/{}#PAY-05-{}-cell"),
    ],
)
def test_who_types_a_code_or_a_reference_gets_there(session, browser, files, typed, leads):
    place = queries.sample_of(session, files.id)["personnel_file"].index("F-002") + 1
    answer = browser.client.get(path(files, "jump"), query_string={"q": typed})
    assert answer.headers["Location"] == path(files, leads.format(place, place))


@pytest.mark.parametrize("typed", ["F-999", "PAY-05 F-999", "GOV-01 F-002", "XXX"])
def test_who_types_something_else_is_told(browser, files, typed):
    page = browser.open(f"{path(files, 'jump')}?q={typed.replace(' ', '+')}", status=404)
    assert page.heading == "Nothing is called so"


def test_a_reported_audit_can_only_be_read(session, browser, inspector):
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN}, inspector=inspector)
    page = browser.open(path(audit, "requirements/CON-01"))
    assert not page.soup.select(FORM)
    assert "The original was not seen." in page.text
    token = browser.open("/account/profile").value("csrf_token")
    answer = browser.post(path(audit, "requirements/CON-01"), {"csrf_token": token, "CON-01-1": "conform"}, status=409)
    assert answer.heading == "This is no longer possible"


def test_a_reviewer_who_also_inspects_reads_anothers_audit(app, session):
    audit = make_audit(session)
    reader = make_person(session, {Role.INSPECTOR, Role.REVIEWER})
    browser = Browser(app).sign_in(session, reader)
    assert not browser.open(path(audit, "requirements/GOV-01")).soup.select(FORM)
    assert "You can read it." in browser.open(path(audit)).text


# All requirements by all units


def test_the_matrix_shows_every_verdict_and_what_is_open(session, browser, files):
    drawn = queries.sample_of(session, files.id)["personnel_file"]
    judge(session, files, {"PAY-05": {drawn[1]: ("nonconform", "Short."), drawn[2]: ("conform", "")}})
    judge(session, files, {"PAY-05": {drawn[2]: ("conform", "Seen twice.")}})
    page = browser.open(path(files, "matrix/personnel_file"))
    assert [head.get_text(strip=True) for head in page.soup.select("thead th[data-place]")] == drawn
    row = page.soup.select_one("tr[data-code=PAY-05]")
    looks = [(cell.get("aria-label"), cell.get("class"), cell.get("data-n")) for cell in row.select("td")[:5]]
    assert looks == [
        (None, None, None),
        ("Does not conform", ["kw-m-bad", "kw-m-noted"], None),
        ("Conforms", ["kw-m-good", "kw-m-noted"], "2"),
        (None, None, None),
        (None, None, None),
    ]
    assert [cell.get_text() for cell in row.select(".kw-matrix__sum")] == ["3", "1"]
    answer = browser.client.get(path(files, "cells/PAY-05/2"), headers=browser.headers).get_json()
    assert (answer["value"], answer["note"]) == ("nonconform", "Short.")
    assert scheme().requirement("PAY-05").guidance["en"] in unescape(answer["facts"])


def test_the_matrix_asks_as_little_of_the_database_for_many_units_as_for_few(app, session, engine, inspector):
    many = [f"F-{number:04d}" for number in range(5000)]
    audits = [make_audit(session, inspector=inspector, populations={"personnel_file": each}) for each in (FILES, many)]
    judge(session, audits[1], {"PAY-05": ("nonconform", "Short.")})
    session.commit()
    browser = Browser(app).sign_in(session, inspector)
    for where in ("matrix/personnel_file", "units/personnel_file/2", "requirements/PAY-05", "cells/PAY-05/2"):
        few, lots = (len(statements(engine, browser, path(audit, where))) for audit in audits)
        assert few == lots, where


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DECIDER, Role.PLANNER])
def test_who_sees_cases_reads_the_desk_and_changes_nothing(app, session, files, role):
    judge(session, files, {"PAY-05": ("nonconform", "Short.")})
    session.commit()
    browser = Browser(app).sign_in(session, make_person(session, role))
    for where in (UNIT, "requirements/PAY-05", "matrix/personnel_file"):
        page = browser.open(path(files, where))
        assert not page.soup.select(f"{FORM}, main input[type=radio]"), where
    assert "Short." in browser.open(path(files, UNIT)).text
    browser.post(path(files, "cells/PAY-05/1"), {"value": "conform"}, status=400)
    token = browser.open("/account/profile").value("csrf_token")
    browser.post(path(files, "cells/PAY-05/1"), {"csrf_token": token, "value": "conform"}, status=403)


@pytest.mark.parametrize("role", [Role.AGENCY_OWNER, Role.AGENCY_EDITOR, Role.SCHEME_MANAGER, Role.ADMINISTRATOR])
def test_the_agency_and_others_never_see_the_desk(app, session, files, role):
    person = make_person(session, role, files.agency) if role.startswith("agency") else make_person(session, role)
    browser = Browser(app).sign_in(session, person)
    for where in (UNIT, "units/personnel_file", "requirements/PAY-05", "matrix/interview", "cells/PAY-05/1", "jump"):
        browser.open(path(files, where), status=403)


# How far a finding reaches


@pytest.fixture
def short(session, inspector):
    """An audit under edition 2 in which one of five files falls short."""
    version = make_scheme(session, source(SECOND))
    application = make_application(session, state=ApplicationState.ACCEPTED, version=version)
    audit = make_audit(session, inspector=inspector, application=application)
    draw(session, audit, {"personnel_file": FILES}, all_units=True)
    first = queries.sample_of(session, audit.id)["personnel_file"][0]
    judge(session, audit, {"PAY-05": {first: BROKEN}}, rest=True)
    session.flush()
    return audit


def test_an_inspector_judges_how_far_a_finding_reaches_and_everybody_reads_why(app, session, browser, enter, short):
    browser.open(path(short, "requirements/PAY-05"))
    page = browser.submit("form[action$=judgement]", extent="incidental", status=422)
    assert page.errors == ["Say why you judge it so."]
    page = browser.submit("form[action$=judgement]", extent="incidental", extent_reason="A slip of May.")
    assert page.value("extent_reason") == "A slip of May."
    assert "Minor · Incidental" in browser.open(path(short, "report")).text
    browser.submit(summary="Done.", final="y")
    (finding,) = queries.findings_of(session, short.id)
    owner = make_person(session, Role.AGENCY_OWNER, short.agency)
    for who, where in (
        (owner, f"/agency/findings/{finding.id}"),
        (Role.REVIEWER, f"/office/audits/{short.id}"),
        (short.inspector, f"/inspector/findings/{finding.id}"),
        (short.inspector, path(short, "requirements/PAY-05")),
    ):
        assert "A slip of May." in enter(who).open(where).text, where


def test_above_the_acceptance_number_nothing_is_asked(session, browser, short):
    drawn = queries.sample_of(session, short.id)["personnel_file"]
    services.judge_requirement(
        session,
        short.inspector.actor,
        short.id,
        "PAY-05",
        agency_text="",
        extent=Extent.INCIDENTAL,
        extent_reason="A slip.",
        version=0,
    )
    judge(session, short, {"PAY-05": {drawn[1]: BROKEN}})
    session.flush()
    page = browser.open(path(short, "requirements/PAY-05"))
    assert page.soup.select("input[name=extent]") == []
    assert "So many units fell short that the norm calls it systemic." in page.text
    assert "To be judged again" in browser.open(path(short, "report")).text
