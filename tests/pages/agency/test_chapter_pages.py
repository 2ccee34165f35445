"""A chapter as one page of questions: nothing preselected, half answers kept, nothing typed lost."""

from io import BytesIO

import pytest
from sqlalchemy import select

from audits.applications.models import Answer, Evidence
from audits.applications.services import save_answer
from audits.core.access import Role
from audits.schemes.queries import scheme_of_version
from tests.kit.agency_pages import pdf_file, questions
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories import answer_all, make_person


def chapter(application, code="GOV"):
    return f"/agency/applications/{application.id}/chapters/{code}"


def stored(session, application, code):
    session.expire_all()
    return session.get(Answer, (application.id, code))


@pytest.fixture
def codes(draft):
    return [item.code for item in scheme_of_version(draft.scheme_version).in_chapter("GOV")]


@pytest.fixture
def colleague(app, session, person):
    other = Browser(app).sign_in(session, make_person(session, Role.AGENCY_EDITOR, person.agency))
    session.commit()
    return other


def test_a_chapter_is_answered_on_one_page_and_leads_to_the_next(owner, session, draft, codes):
    page = owner.open(chapter(draft))
    assert page.soup.select('input[type="radio"][checked]') == []
    assert [code.get_text() for code in page.soup.select(".kw-question .kw-code")] == codes
    page = owner.submit(**{f"{code}-value": "conform" for code in codes}, button="Save and continue")
    following = list(scheme_of_version(draft.scheme_version).chapters)[1]
    assert page.path == chapter(draft, following)
    assert {code: stored(session, draft, code).value for code in codes} == dict.fromkeys(codes, "conform")


def test_answers_that_are_whole_fold_and_open_ones_stay_open(owner, session, draft, person, codes):
    save_answer(session, person.actor, draft.id, codes[0], value="conform")
    save_answer(session, person.actor, draft.id, codes[1], value="nonconform")
    session.commit()
    page = owner.open(chapter(draft))
    assert [card["id"] for card in page.soup.select(".kw-question[open]")] == codes[1:]
    assert "no file" in page.soup.select_one(f"#{codes[0]} [data-kw-state]").get_text()
    assert "explanation missing" in page.soup.select_one(f"#{codes[1]} [data-kw-state]").get_text()


def test_half_answers_are_kept_and_named_and_the_others_saved(owner, session, draft, codes):
    owner.open(chapter(draft))
    typed = {
        f"{codes[0]}-value": "conform",
        f"{codes[1]}-explanation": "We are on it.",
        f"{codes[2]}-value": "nonconform",
        f"{codes[3]}-files": (BytesIO(pdf_file()), "extract.pdf"),
    }
    page = owner.submit(status=422, **typed)
    assert page.errors == ["Choose an answer.", "Explain this answer.", "Choose an answer."]
    assert stored(session, draft, codes[0]).value == "conform"
    assert stored(session, draft, codes[1]).explanation == "We are on it."
    assert stored(session, draft, codes[2]).value == "nonconform"
    assert session.scalar(select(Evidence.requirement_code)) == codes[3]
    assert f"1 of {len(codes)}" in page.text
    page = owner.submit(button="Save and return to the list")  # a half answer stops nobody who goes
    assert page.heading == "Your application"
    assert f"1 of {len(codes)} questions answered" in page.text


def test_half_an_answer_is_not_an_answer_when_the_application_is_sent(owner, session, draft, person):
    answer_all(session, draft, person)
    save_answer(session, person.actor, draft.id, "GOV-01", value="", explanation="Later.")
    session.commit()
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    assert "Questions that are still open: 1." in page.text
    owner.open(f"/agency/applications/{draft.id}/declaration")
    page = owner.submit(status=422, declared="y", declared_name=person.name, password=PASSWORD)
    assert page.errors == ["Answer all questions first. Still open: 1."]


def test_a_mistake_in_one_question_costs_no_other(owner, session, draft, codes):
    owner.open(chapter(draft))
    page = owner.submit(
        status=422,
        **{f"{codes[0]}-value": "conform", f"{codes[1]}-value": "conform", f"{codes[1]}-explanation": "BSN 111222333"},
    )
    assert len(page.errors) == 1
    assert page.value(f"{codes[1]}-explanation") == "BSN 111222333"
    assert stored(session, draft, codes[0]).value == "conform"
    assert stored(session, draft, codes[1]) is None


def test_filters_show_what_is_open_without_a_file_or_not_conform(owner, session, draft, person, codes):
    save_answer(session, person.actor, draft.id, codes[0], value="conform")
    save_answer(session, person.actor, draft.id, codes[1], value="nonconform", explanation="Not yet.")
    save_answer(session, person.actor, draft.id, codes[2], value="not_applicable", explanation="None.")
    session.commit()

    def shown(which):
        page = owner.open(f"{chapter(draft)}?show={which}")
        return [card["id"] for card in page.soup.select(".kw-question")]

    assert shown("open") == codes[3:]
    assert shown("no_file") == codes[:2]
    assert shown("failing") == codes[1:2]
    assert shown("nonsense") == codes


def test_a_file_is_taken_away_and_everything_typed_is_saved(owner, session, draft, codes):
    owner.open(chapter(draft))
    owner.submit(**{f"{codes[0]}-value": "conform", f"{codes[0]}-files": (BytesIO(pdf_file()), "extract.pdf")})
    owner.open(chapter(draft))
    page = owner.submit(**{f"{codes[1]}-value": "conform"}, button="Remove extract.pdf")
    assert "The file is removed." in page.notes[0]
    assert "extract.pdf" not in page.text.replace("The file is removed", "")
    assert stored(session, draft, codes[1]).value == "conform"


def test_fields_that_nobody_touched_are_taken_over_and_only_the_others_conflict(
    owner, session, draft, codes, colleague
):
    first, second, third = codes[:3]
    owner.open(chapter(draft))
    colleague.open(chapter(draft))
    theirs = {
        f"{first}-value": "conform",
        f"{second}-value": "nonconform",
        f"{second}-explanation": "We know.",
        f"{third}-value": "conform",
    }
    colleague.submit(**theirs)
    page = owner.submit(
        status=409,
        **{f"{first}-explanation": "See the extract.", f"{second}-value": "conform", f"{third}-value": "conform"},
    )
    assert [card["id"] for card in page.soup.select(".kw-question:has(.kw-conflict)")] == [second]
    assert (stored(session, draft, first).value, stored(session, draft, first).explanation) == (
        "conform",
        "See the extract.",
    )
    beside = " ".join(page.soup.select_one(".kw-conflict").get_text(" ").split())
    assert beside.endswith("Answer stored now Does not conform Your answer Conforms")
    assert page.value(f"{second}-explanation") == "We know."  # not touched: taken over
    assert stored(session, draft, second).value == "nonconform"
    owner.submit()
    assert (stored(session, draft, second).value, stored(session, draft, second).explanation) == (
        "conform",
        "We know.",
    )


def test_the_choice_of_one_question_per_page_is_kept(owner, draft, codes):
    assert owner.open(f"/agency/applications/{draft.id}").link("Company") == chapter(draft) + f"#{codes[0]}"
    owner.open(f"{questions(draft)}/{codes[1]}?layout=one")
    assert owner.open(f"/agency/applications/{draft.id}").link("Company") == f"{questions(draft)}/{codes[0]}"
    page = owner.open(f"{questions(draft)}/{codes[1]}")
    assert page.link(codes[0]) == f"{questions(draft)}/{codes[0]}"
    assert page.link(codes[2]) == f"{questions(draft)}/{codes[2]}"
    owner.follow("Show all questions of this chapter")
    assert owner.open(f"/agency/applications/{draft.id}").link("Company").startswith(chapter(draft))


def test_questions_are_found_by_code_and_by_words(owner, draft):
    item = scheme_of_version(draft.scheme_version).requirements[3]
    for words in (item.code, item.title["en"].upper()):
        page = owner.open(f"{questions(draft)}?q={words}")
        assert item.code in [code.get_text() for code in page.soup.select("main td .kw-code, main th .kw-code")]
    assert "No question is like that." in owner.open(f"{questions(draft)}?q=zebra").text


def save_typed(owner, draft, code, **typed):
    page = owner.open(f"{questions(draft)}/{code}")
    sent = {name: page.value(name) for name in ("csrf_token", "version", "shown")} | typed
    return owner.client.post(f"{questions(draft)}/{code}/save", data=sent, headers={"Referer": "http://localhost/"})


def test_a_script_saves_what_is_typed_and_learns_how_it_stands(owner, session, draft):
    answer = save_typed(owner, draft, "GOV-01", explanation="Half a thought")
    assert answer.status_code == 200
    assert answer.json["saved"].startswith("Saved at ")
    assert (answer.json["version"], answer.json["open"], answer.json["answered"]) == (1, True, 0)
    assert stored(session, draft, "GOV-01").explanation == "Half a thought"
    answer = save_typed(owner, draft, "GOV-01", value="conform", explanation="Whole.")
    assert (answer.json["open"], answer.json["answered"]) == (False, 1)


def test_a_script_learns_which_file_is_bad_and_keeps_the_good_one(owner, session, draft):
    files = [(BytesIO(b"no pdf"), "bad.pdf"), (BytesIO(pdf_file()), "good.pdf")]
    answer = save_typed(owner, draft, "GOV-01", files=files)
    assert answer.status_code == 422
    assert "bad.pdf" in answer.json["complaints"][0]
    assert "good.pdf" in answer.json["files"]


def test_a_script_gets_both_answers_when_a_colleague_was_first(owner, session, draft, colleague):
    page = owner.open(f"{questions(draft)}/GOV-01")
    seen = {name: page.value(name) for name in ("csrf_token", "version", "shown")}
    colleague.open(f"{questions(draft)}/GOV-01")
    colleague.submit(value="nonconform", explanation="We know.")
    sent = seen | {"value": "conform", "explanation": "Mine."}
    answer = owner.client.post(f"{questions(draft)}/GOV-01/save", data=sent)
    assert answer.status_code == 409
    assert "We know." in answer.json["conflict"]
    assert "Mine." in answer.json["conflict"]
    assert answer.json["version"] == 1


def test_the_counter_counts_line_ends_as_the_server_does(owner, session, draft):
    text = "\r\n".join(["x" * 99] * 40)  # 3,999 signs with line ends of one sign, as a browser shows them
    owner.open(f"{questions(draft)}/GOV-01")
    owner.submit(value="nonconform", explanation=text)
    assert len(stored(session, draft, "GOV-01").explanation) == 3999
    owner.open(f"{questions(draft)}/GOV-02")
    page = owner.submit(status=422, value="nonconform", explanation="x" * 4001)
    assert page.errors == ["Use at most 4000 characters."]


def test_nobody_else_sees_or_saves_a_chapter(app, session, draft, codes):
    stranger = Browser(app).sign_in(session, make_person(session, Role.AGENCY_SIGNATORY, draft.agency))
    session.commit()
    stranger.open(chapter(draft), status=403)


def test_check_answers_shows_the_questions_and_says_what_would_fail(owner, session, draft, person):
    scheme = scheme_of_version(draft.scheme_version)
    answer_all(session, draft, person)
    session.commit()
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    assert scheme.requirements[0].question["en"] in page.text
    assert "There is not one file with your answers." in page.text
    assert "What would count against you today" not in page.text
    failing = next(item for item in scheme.requirements if scheme.severities[item.severity].fails)
    save_answer(session, person.actor, draft.id, failing.code, value="nonconform", explanation="Not yet.")
    session.commit()
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    assert "no certificate could follow before it is repaired" in page.text
    assert page.link(f"{failing.code} {failing.title['en']}") == f"#{failing.code}"
