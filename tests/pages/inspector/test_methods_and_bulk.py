"""How a verdict was reached, private notes, one verdict for several, and what was judged last time."""

import pytest
from sqlalchemy import select

from audits.core.access import Role
from audits.core.errors import RuleError
from audits.inspections import queries, services
from audits.inspections.judging import Method
from audits.inspections.models import PrivateNote
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.factories import make_person
from tests.kit.inspecting import UNIT, path

SAID = {"verdict": "conform", "method": "seen", "reason": "All are of one template, which I read."}


@pytest.fixture
def drawn(session, files):
    return queries.sample_of(session, files.id)["personnel_file"]


@pytest.mark.parametrize("page", [UNIT, "requirements/PAY-05"])
def test_how_a_verdict_was_reached_is_kept_and_may_be_corrected_without_a_reason(session, browser, files, drawn, page):
    browser.open(path(files, page))
    browser.submit(button="Save", **{"PAY-05-1": "conform", "PAY-05-1-method": "seen"})
    assert queries.verdicts_of(session, files.id)["PAY-05"][drawn[0]].method is Method.SEEN
    shown = browser.open(path(files, page))
    assert shown.soup.select_one("[name=PAY-05-1-method][checked]")["value"] == "seen"
    browser.submit(button="Save", **{"PAY-05-1-method": "told"})
    assert queries.verdicts_of(session, files.id)["PAY-05"][drawn[0]][2:] == (2, Method.TOLD, False)


@pytest.mark.parametrize("page", [UNIT, "requirements/PAY-05"])
def test_private_notes_are_kept_without_a_verdict_and_shown_to_colleagues(session, browser, files, drawn, page):
    member = make_person(session, Role.INSPECTOR)
    join_team(session, files.planner.actor, files.id, person_id=member.id, role=TeamRole.MEMBER)
    services.keep_private_note(session, member.actor, files.id, ("PAY-05", drawn[0]), "Ask the second planner.")
    session.flush()
    browser.open(path(files, page))
    shown = browser.submit(button="Save", **{"PAY-05-1-private": "He hesitated."})
    assert queries.verdicts_of(session, files.id) == {}
    kept = session.scalars(select(PrivateNote).where(PrivateNote.person_id == files.inspector_id)).one()
    assert (kept.requirement_code, kept.reference, kept.text) == ("PAY-05", drawn[0], "He hesitated.")
    shown = browser.open(path(files, page))
    assert shown.value("PAY-05-1-private") == "He hesitated."
    assert f"{member.name}: Ask the second planner." in shown.text
    browser.submit(button="Save", **{"PAY-05-1-private": ""})
    assert session.scalars(select(PrivateNote.person_id).where(PrivateNote.text != "")).all() == [member.id]


def test_a_stale_page_does_not_bring_a_private_note_back(session, browser, files, drawn):
    browser.open(path(files, UNIT))
    services.keep_private_note(session, files.inspector.actor, files.id, ("PAY-05", drawn[0]), "Newer.")
    session.flush()
    browser.submit(button="Save", **{"IDW-01-1": "conform"})
    assert session.scalars(select(PrivateNote.text)).all() == ["Newer."]


def test_the_script_saves_a_private_note_alone(session, browser, files):
    page = browser.open(path(files, UNIT))
    address = page.soup.select_one("[name=PAY-05-1-private]")["data-kw-private"]
    fields = {"csrf_token": page.value("csrf_token"), "private": " He\r\nhesitated. "}
    answer = browser.client.post(address, data=fields, headers=browser.headers)
    assert answer.get_json()["words"].startswith("Saved at ")
    assert session.scalars(select(PrivateNote.text)).all() == ["He\nhesitated."]
    answer = browser.client.post(address, data=fields | {"private": "x" * 4001}, headers=browser.headers)
    assert (answer.status_code, answer.get_json()["field"]) == (422, "private")


def test_several_units_get_one_verdict_with_method_and_reason(session, browser, files, drawn):
    services.record_sheets(session, files.inspector.actor, files.id, {"PAY-05": {drawn[1]: ("nonconform", "Short.")}})
    session.flush()
    browser.open(path(files, "requirements/PAY-05/bulk"))
    page = browser.submit(all=True, **SAID)
    others = [unit for unit in drawn if unit != drawn[1]]
    assert page.notes == [f"{len(others)} verdicts given at once."]
    seen = queries.verdicts_of(session, files.id)["PAY-05"]
    assert seen.pop(drawn[1])[:2] == ("nonconform", "Short.")
    assert seen == dict.fromkeys(others, ("conform", "", 1, Method.SEEN, True))
    assert len(page.soup.select(".kw-list .kw-bulk")) == len(others)


def test_several_requirements_of_one_unit_get_one_verdict(session, browser, files, drawn):
    browser.open(path(files, UNIT, "bulk"))
    browser.submit(cells=["IDW-01-1", "PAY-05-1"], **SAID)
    seen = queries.verdicts_of(session, files.id)
    assert {code: list(rows) for code, rows in seen.items()} == {"IDW-01": [drawn[0]], "PAY-05": [drawn[0]]}


@pytest.mark.parametrize(
    ("lacks", "complains"),
    [
        ("method", "Choose how you came to this verdict."),
        ("reason", "Say why one verdict holds for all of these."),
        ("verdict", "Choose one of the verdicts of the norm."),
        ("cells", "Choose which of these it holds for."),
    ],
)
def test_several_at_once_need_all_that_is_asked(session, browser, files, lacks, complains):
    browser.open(path(files, UNIT, "bulk"))
    said = {name: value for name, value in (SAID | {"cells": ["IDW-01-1"]}).items() if name != lacks}
    assert complains in browser.submit(status=422, **said).errors
    assert queries.verdicts_of(session, files.id) == {}


def test_a_verdict_that_needs_a_note_gets_the_reason_when_it_is_given_at_once(session, files, drawn):
    said = {"value": "nonconform", "method": Method.RECORD, "reason": "The system pays none of them."}
    assert services.record_in_bulk(session, files.inspector.actor, files.id, {"PAY-05": drawn}, **said) == len(drawn)
    rows = queries.verdicts_of(session, files.id)["PAY-05"].values()
    assert {row.note for row in rows} == {said["reason"]}
    with pytest.raises(RuleError):
        services.record_in_bulk(session, files.inspector.actor, files.id, {"IDW-01": drawn}, **said | {"method": None})


def test_one_verdict_that_is_looked_at_again_is_no_longer_one_of_many(session, files, drawn):
    actor = files.inspector.actor
    said = {"value": "conform", "method": Method.SEEN, "reason": "All alike."}
    services.record_in_bulk(session, actor, files.id, {"PAY-05": drawn}, **said)
    services.record_sheets(session, actor, files.id, {"PAY-05": {drawn[0]: ("conform", "Read it whole.")}})
    seen = queries.verdicts_of(session, files.id)["PAY-05"]
    assert [unit for unit, row in seen.items() if not row.bulk] == [drawn[0]]
    assert seen[drawn[0]].method is Method.SEEN
