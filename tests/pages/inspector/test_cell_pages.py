"""One cell of the desk at a time, as the script saves it; and the way to a cell by its code or reference."""

import pytest

from audits.inspections import queries, services
from tests.kit.inspecting import FILES, UNIT, path, statements, statements_of


def send(browser, audit, code, place, status=200, **fields):
    token = browser.page.value("csrf_token") if browser.page else ""
    answer = browser.client.post(
        path(audit, "cells", code, str(place)), data={"csrf_token": token} | fields, headers=browser.headers
    )
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_json() if answer.is_json else None


def test_a_cell_is_saved_alone_and_tells_its_new_version(session, browser, files):
    drawn = queries.sample_of(session, files.id)["personnel_file"]
    page = browser.open(path(files, UNIT))
    said = send(browser, files, "PAY-05", 1, value="conform", shown=page.value("PAY-05-1-shown"))
    assert said["words"].startswith("Saved at ")
    assert queries.verdicts_of(session, files.id) == {"PAY-05": {drawn[0]: ("conform", "", 1, None, False)}}
    said = send(browser, files, "PAY-05", 1, value="conform", note="Seen in May.", shown=said["shown"])
    assert (said["note"], said["by"]) == ("Seen in May.", files.inspector.name)
    assert queries.verdicts_of(session, files.id)["PAY-05"][drawn[0]].version == 2


def test_a_saved_cell_asks_for_that_cell_alone(engine, session, browser, files):
    """Eleven: the actor, audit and interest, the cell, its verdict, entry and event, and the receipt."""
    page = browser.open(path(files, UNIT))
    said = send(browser, files, "PAY-05", 1, value="conform", note="Seen.", shown=page.value("PAY-05-1-shown"))
    typed = {"value": "conform", "note": "Seen in May.", "shown": said["shown"]}
    asked = statements_of(engine, lambda: send(browser, files, "PAY-05", 1, **typed))
    assert 0 < len(asked) <= 11, "\n".join(each[:90] for each in asked)


def test_a_requirement_asks_for_notes_and_files_only_where_there_are_some(engine, session, browser, files):
    """Six: the actor, the audit, its cells, the answer, its files, and what was found before."""
    session.commit()
    address = path(files, "requirements", "PAY-05")
    browser.open(address)
    asked = statements(engine, browser, address)
    assert 0 < len(asked) <= 6, "\n".join(each[:90] for each in asked)
    services.keep_private_note(session, files.inspector.actor, files.id, ("PAY-05", FILES[0]), "Ask once more.")
    session.commit()
    assert "Ask once more." in browser.open(address).text
    assert len(statements(engine, browser, address)) == len(asked) + 2


def test_a_cell_that_is_saved_again_as_it_was_is_answered_as_it_stands(session, browser, files):
    page = browser.open(path(files, UNIT))
    said = send(browser, files, "PAY-05", 1, value="conform", shown=page.value("PAY-05-1-shown"))
    again = send(browser, files, "PAY-05", 1, value="conform", shown=page.value("PAY-05-1-shown"))
    assert {**again, "words": said["words"]} == said


def test_a_cell_that_somebody_judged_meanwhile_is_shown_beside_ones_own(session, browser, files):
    drawn = queries.sample_of(session, files.id)["personnel_file"]
    page = browser.open(path(files, UNIT))
    services.record_sheets(session, files.inspector.actor, files.id, {"PAY-05": {drawn[0]: ("nonconform", "Short.")}})
    session.flush()
    said = send(browser, files, "PAY-05", 1, 409, value="conform", note="Fine.", shown=page.value("PAY-05-1-shown"))
    assert all(words in said["html"] for words in ("Short.", "Fine.", "Does not conform", "Conforms"))
    assert (said["value"], said["note"]) == ("nonconform", "Short.")
    assert queries.verdicts_of(session, files.id)["PAY-05"][drawn[0]] == ("nonconform", "Short.", 1, None, False)


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
