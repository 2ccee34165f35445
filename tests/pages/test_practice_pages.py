"""Anybody practises the self-assessment: the answers travel with the form, and the database hears nothing of them."""

import re

import pytest

from audits.applications.queries import said_of, self_assessment_of
from audits.applications.services import save_answer
from audits.decisions.readiness import readiness
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import Fact
from portal.doors.registry.practice import LONGEST_BODY
from portal.stores.roles import REGISTER
from portal.web.throttle import Throttle
from tests.kit.agency_pages import EVERYTHING
from tests.kit.browser import Browser
from tests.kit.factories import make_agency, make_application, make_person, make_scheme
from tests.kit.inspecting import statements_of
from tests.kit.scheme import SECOND, edited
from tests.kit.typed_questions import norm as typed_norm

RESULT = "See what would count against you"


@pytest.fixture
def version(session):
    made = make_scheme(session, edited(("valid_from: 2027-01-01", "valid_from: 2026-01-01"), version=SECOND))
    session.commit()
    return made


@pytest.fixture
def norm(version):
    return scheme_of_version(version)


@pytest.fixture
def visitor(app):
    return Browser(app)


def chapters(page):
    return [button["value"] for button in page.soup.select(".kw-chapters button")]


def first_of(norm, **flags):
    """Return the first answer of the norm with these flags."""
    return next(
        kind.code
        for kind in norm.self_assessment_answers
        if all(getattr(kind, name) is value for name, value in flags.items())
    )


def falling_short(norm):
    """Return an answer to each question of an agency without housing that never applied: each third falls short."""
    fine, bad = first_of(norm, assessed=True, nonconforming=False), first_of(norm, nonconforming=True)
    asked = [item.code for item in norm.requirements if not any(each.holds for each in item.asked_if)]
    return {code: fine if place % 3 else bad for place, code in enumerate(asked)}


def walk(visitor, given):
    """Answer chapter by chapter with the buttons of the page, as a person would; return the page with the result."""
    page = visitor.open("/practice")
    page = visitor.submit(button="Continue")
    for _ in chapters(page):
        here = {tag["name"] for tag in page.soup.select("input[type=radio]")}
        typed = {f"{code}-value": value for code, value in given.items() if f"{code}-value" in here}
        following = [each for each in page.soup.select("form button") if each.get_text().startswith("Next chapter")]
        page = visitor.submit(button=" ".join(following[0].get_text().split()) if following else RESULT, **typed)
    return page


def test_the_walk_ends_with_what_a_stored_draft_with_the_same_answers_is_told(visitor, session, version, norm):
    given = falling_short(norm)
    page = walk(visitor, given)
    person = make_person(session, EVERYTHING, make_agency(session))
    draft = make_application(session, agency=person.agency, signatory=person, version=version)
    for code, value in given.items():
        save_answer(session, person.actor, draft.id, code, value=value, explanation="So it is.")
    stored = {code: each.value for code, each in said_of(session, draft.id).items()}
    ready = readiness(self_assessment_of(session, draft), stored)
    assert [row[0].split()[0] for row in page.rows] == [each.requirement for each in ready.found]
    named = [item.button.get_text().split()[0] for item in page.soup.select(".govuk-list--bullet li")]
    assert named == [each.requirement for each in ready.most]
    assert ready.would_fail
    assert "no certificate could follow before it is repaired" in page.text
    assert "still open" not in page.text


class TestAsTheRegisterAlone:
    """With a role that can write nothing of applications."""

    @pytest.fixture
    def database_role(self):
        return REGISTER

    def test_nothing_is_written_and_no_cookie_is_set(self, visitor, engine, version, norm):
        sent = statements_of(engine, lambda: walk(visitor, falling_short(norm)))
        assert sent
        assert [each for each in sent if not each.lstrip().startswith(("SELECT", "SET", "select set_config"))] == []
        response = visitor.page.response
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"

    def test_every_page_says_so_in_both_languages(self, app, version):
        for language, words in (("en", "Practice: nothing is kept."), ("nl", "Oefening: er wordt niets bewaard.")):
            visitor = Browser(app, language)
            page = visitor.open("/practice")
            for to in (*chapters(page), "result"):
                page = visitor.post("/practice", {"to": to}, status=200)
                assert words in page.text, to


def test_going_back_shows_what_was_chosen_and_asks_for_no_file(visitor, norm):
    code = norm.requirements[0].code
    value = first_of(norm, nonconforming=True)
    visitor.open("/practice")
    visitor.submit(button="Continue")
    page = visitor.submit(button=RESULT, **{f"{code}-value": value})
    assert "still open" in page.text
    assert norm.requirement(code).title["en"] in page.text
    page = visitor.post("/practice", {f"{code}-value": value, "to": norm.requirement(code).chapter}, status=200)
    assert page.soup.select_one(f'[name="{code}-value"][checked]')["value"] == value
    assert page.soup.select("input[type=file]") == []


def test_what_is_asked_depends_on_what_is_so_at_the_agency(visitor, norm):
    housing = next(
        item for item in norm.requirements for each in item.asked_if if each.fact is Fact.OFFERS_HOUSING and each.holds
    )
    visitor.open("/practice")
    without = chapters(visitor.submit(button="Continue"))
    visitor.open("/practice")
    page = visitor.submit(button="Continue", facts=[Fact.OFFERS_HOUSING.value])
    assert housing.chapter in chapters(page)
    page = visitor.post("/practice", {"facts": Fact.OFFERS_HOUSING.value, "to": housing.chapter}, status=200)
    assert housing.title["en"] in page.text
    assert housing.chapter not in without or housing.title["en"] not in visitor.post(
        "/practice", {"to": housing.chapter}, status=200
    ).text  # fmt: skip


@pytest.mark.parametrize(
    "sent", [{"to": "X"}, {"to": "<script>"}, {"GOV-01-value": "<b>"}, {"facts": "rich"}, {"X-value": "conform"}, {}]
)
def test_what_the_norm_does_not_know_is_left_out(visitor, norm, sent):
    page = visitor.post("/practice", sent, status=200)
    assert page.heading == "Practise the self-assessment"
    assert page.soup.select("input[type=hidden]") == []
    assert "<b>" not in str(page.soup)


def test_a_large_body_and_too_many_pages_are_refused(app, visitor, norm, monkeypatch):
    visitor.post("/practice", {"to": "x" * LONGEST_BODY}, status=413)
    monkeypatch.setitem(app.extensions, "practice_throttle", Throttle(burst=1, per_second=0.1, clock=lambda: 0.0))
    visitor.post("/practice", {}, status=200)
    visitor.post("/practice", {}, status=429)


def test_without_a_norm_the_page_says_so(visitor):
    assert "No version of the norm is published yet." in visitor.open("/practice", status=404).text
    visitor.post("/practice", {}, status=404)


def test_it_is_reached_before_registering_and_from_the_start_page(visitor, enter, session, norm):
    assert visitor.open("/register-agency/").link("See the questions first") == "/practice"
    assert visitor.open("/about").link("Read all questions") == "/practice"
    owner = enter(make_person(session, EVERYTHING, make_agency(session)))
    owner.open("/agency/")
    assert owner.follow("Practise the self-assessment").path == "/practice"


class TestTypedQuestions:
    """Under a norm that asks more than a verdict."""

    @pytest.fixture
    def norm(self, session):
        text = re.sub(r"(?m)^valid_from: .*$", "valid_from: 2026-01-01", typed_norm(), count=1)
        made = make_scheme(session, text)
        session.commit()
        return scheme_of_version(made)

    @pytest.fixture
    def chapter(self, visitor, norm):
        """Open the chapter of the first requirement, which asks whether the agency recruits abroad, and if so how."""
        return visitor.post("/practice", {"to": "GOV"}, status=200)

    def test_they_are_asked_as_far_as_they_apply_and_travel_on(self, visitor, chapter):
        assert chapter.soup.select('[name="GOV-01-detail_abroad"]')
        assert not chapter.soup.select('[name="GOV-01-detail_ways"]')
        page = visitor.submit(button="See whether more is asked here", **{"GOV-01-detail_abroad": "yes"})
        assert page.soup.select_one('[name="GOV-01-detail_abroad"][checked]')["value"] == "yes"
        page = visitor.submit(button=RESULT, **{"GOV-01-detail_ways": ["self", "others"]})
        hidden = [(tag["name"], tag["value"]) for tag in page.soup.select("input[type=hidden]")]
        ways = [("GOV-01-detail_ways", each) for each in ("self", "others")]
        assert hidden == [("GOV-01-detail_abroad", "yes"), *ways]
        page = visitor.post("/practice", dict(to="GOV", **{hidden[0][0]: "no"}), status=200)
        assert not page.soup.select('[name="GOV-01-detail_ways"]')

    def test_what_is_no_answer_is_told_at_its_field_and_stays_typed(self, visitor, norm):
        page = visitor.post("/practice", {"to": "GOV", "HOU-01-detail_beds": "many"}, status=422)
        assert page.soup.select_one('[name="HOU-01-detail_beds"]')["value"] == "many"
        assert len(page.errors) == 1

    def test_a_question_counts_as_answered_with_what_must_be_told_and_checks_are_shown(self, visitor, norm):
        sent = {"to": "HOU", "HOU-01-value": first_of(norm, assessed=True, nonconforming=False)}
        page = visitor.post("/practice", sent, status=200)
        assert page.soup.select_one(".kw-chapters__here").text.split()[-3:][0] == "0"
        sent |= {"HOU-01-detail_beds": "12", "HOU-01-detail_places": "Venlo\t4\t1-1-2026"}
        page = visitor.post("/practice", sent, status=200)
        assert page.soup.select_one(".kw-chapters__here").text.split()[-3:][0] == "1"
        assert "The beds do not add up." in page.text
        assert page.soup.select('[name="HOU-01-detail_rent"]')
        result = visitor.post("/practice", sent | {"to": "result"}, status=200)
        assert "The beds do not add up." in result.text
        assert len(result.soup.select("textarea")) == 0
