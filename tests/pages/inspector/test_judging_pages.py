"""Verdicts on a page per requirement and per unit, saved by its button; what was saved by somebody else."""

import pytest

from audits.inspections import queries, services
from tests.kit.factories.inspections import draw, judge, make_audit
from tests.kit.inspecting import FILES, UNIT, path
from tests.kit.scheme import scheme


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
    assert queries.verdicts_of(session, audit.id, ["GOV-01"])["GOV-01"] == {
        "organisation": ("conform", "", 1, None, False)
    }
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
    assert queries.verdicts_of(session, audit.id)["IDW-01"] == {drawn[0]: (*desk[drawn[0]], 1, None, False)}
    answer = browser.submit(button="Save", status=422)  # now it is a change, and that needs a reason
    assert answer.errors == [f"IDW-01, {drawn[0]}: You change a verdict that was saved before. Say why."]
    browser.submit(button="Save", **{"IDW-01-1-reason": "The date is on the back."})
    assert queries.verdicts_of(session, audit.id)["IDW-01"] == {drawn[0]: ("conform", "", 2, None, False)}
    (change,) = queries.changed_verdicts(session, audit.id)
    assert change.reason == "The date is on the back."


@pytest.mark.parametrize(
    "case",
    [
        ("requirements/IDW-01", {}),
        ("requirements/IDW-01", {"IDW-01": ("conform", "")}),
        (UNIT, {}),
        (UNIT, {"IDW-01": ("conform", "")}),
    ],
)
def test_a_stale_page_writes_nothing_but_what_was_changed_on_it(session, browser, inspector, case):
    page, first = case
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    judge(session, audit, first)
    browser.open(path(audit, page))
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    worse = dict.fromkeys(drawn, ("nonconform", "Under the minimum."))
    services.record_sheets(session, inspector.actor, audit.id, {"IDW-01": worse}, reasons={"IDW-01": "Saw more."})
    session.flush()
    assert browser.submit(button="Save").errors == []
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
    assert queries.verdicts_of(session, audit.id)["GOV-01"] == {"organisation": ("conform", "", 1, None, False)}


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
