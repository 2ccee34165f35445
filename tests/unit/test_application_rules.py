"""Answers, progress, and file names that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from audits.applications.rules import (
    Progress,
    check_answer,
    check_file_name,
    following,
    holds_citizen_number,
    missing_part,
    place_of,
    progress_of,
    same_name,
    self_assessment,
    unanswered,
    unknown_codes,
)
from audits.applications.workflow import APPLICATION_FLOW, ApplicationState
from audits.core.errors import IllegalMoveError, RuleError
from audits.schemes.source import parse
from audits.schemes.text import Fact
from tests.kit.scheme import PUBLISHED, SECOND, edited, scheme

NORM = parse(PUBLISHED.read_text())
CODES = [item.code for item in NORM.requirements]
# The last digit follows from the others; only where it would be ten there is no number.
NUMBERS = (
    st.integers(1_000_000, 99_999_999)
    .map(lambda first: f"{first:08}" + str(bsn.checksum(f"{first:08}0")))
    .filter(bsn.is_valid)
)


@pytest.mark.parametrize("kind", NORM.verdicts.values(), ids=lambda kind: kind.code)
def test_an_agency_may_answer_what_the_norm_lets_it(kind):
    if kind.self_assessment:
        check_answer(NORM, kind.code, "Because.")
    else:
        with pytest.raises(RuleError) as refusal:
            check_answer(NORM, kind.code, "Because.")
        assert refusal.value.field == "value"


@pytest.mark.parametrize("kind", NORM.self_assessment_answers, ids=lambda kind: kind.code)
def test_an_explanation_is_needed_where_the_norm_says_so(kind):
    check_answer(NORM, kind.code, "")
    lacks = missing_part(NORM, kind.code, explained=False)
    assert (lacks is not None) is kind.needs_explanation
    assert lacks is None or lacks.field == "explanation"
    assert missing_part(NORM, kind.code, explained=True) is None


def test_an_explanation_has_an_end():
    with pytest.raises(RuleError, match="at most 4000"):
        check_answer(NORM, "conform", "x" * 4001)


@pytest.mark.parametrize(
    "text",
    [
        "111222333",
        "BSN: 111.222.333",
        "111 222 333 of Jan",
        "paspoort_111-222-333.pdf",
        "1112.22.333",
        "call 020-1234567 about 111222333.",
    ],
)
def test_a_citizen_number_is_seen(text):
    assert holds_citizen_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KvK 12345678",
        "123456789",
        "1112223334",
        "NL91ABNA0417164300",
        "RSIN with wage tax number 111222333L01",
        "btw NL111222333B01",
        "06 12345678",
        "2026-01-01 until 2026-12-31",
        "EUR 11 122 233 300",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert not holds_citizen_number(text)


@given(NUMBERS, st.sampled_from(["", " ", ".", "-"]))
def test_every_valid_number_is_seen_in_a_sentence(number, gap):
    grouped = gap.join([number[:3], number[3:6], number[6:]])
    assert holds_citizen_number(f"Worker ({grouped}), since May")
    with pytest.raises(RuleError, match="BSN"):
        check_file_name(f"pass {grouped}.pdf")


@given(st.sets(st.sampled_from(CODES)))
def test_progress_counts_every_question_once(answered):
    chapters = progress_of(NORM, answered)
    assert [each.chapter.code for each in chapters] == list(NORM.chapters)
    assert sum(each.total for each in chapters) == len(CODES)
    assert sum(each.answered for each in chapters) == len(answered)
    left = unanswered(NORM, answered)
    assert set(left) == set(CODES) - answered
    for each in chapters:
        assert (each.progress is Progress.COMPLETED) == (each.next_code is None)
        assert (each.progress is Progress.NOT_STARTED) == (each.answered == 0)
        if each.next_code:
            assert each.next_code == next(code for code in left if NORM.requirement(code).chapter == each.chapter.code)


FACTS = st.fixed_dictionaries({fact: st.booleans() for fact in Fact})


@given(FACTS, st.sets(st.sampled_from(CODES)))
def test_a_question_is_asked_if_its_conditions_hold_or_it_was_answered(facts, answered):
    whole = scheme(SECOND)
    shown = self_assessment(whole, facts, answered)
    for item in whole.requirements:
        asked = all(facts[condition.fact] is condition.holds for condition in item.asked_if)
        assert (item.code in {each.code for each in shown.requirements}) is (asked or item.code in answered)
    assert [item.question for item in shown.requirements] == [item.question_to_agency for item in shown.requirements]


def test_a_chapter_of_which_nothing_is_asked_is_no_task():
    question = "    points:\n      - nl: voertuigen zijn verzekerd"
    norm = parse(edited((question, "    asked_if: {offers_housing: true}\n" + question), version=SECOND))
    shown = self_assessment(norm, dict.fromkeys(Fact, False), ())
    assert "HOU" not in {each.chapter.code for each in progress_of(shown, ())}


def test_following_walks_every_chapter_to_its_end():
    for chapter in NORM.chapters:
        codes = [item.code for item in NORM.in_chapter(chapter)]
        walked, item = [codes[0]], following(NORM, codes[0])
        while item:
            walked.append(item.code)
            item = following(NORM, item.code)
        assert walked == codes
        assert [place_of(NORM, code) for code in codes] == [(n, len(codes)) for n in range(1, len(codes) + 1)]


def test_a_name_is_the_same_whatever_its_capitals_and_spaces():
    assert same_name(" ada  BOS", "Ada Bos")
    assert not same_name("Ada", "Ada Bos")
    assert not same_name("", "Ada Bos")


def test_codes_that_the_norm_does_not_know_are_named():
    known = {"activities": ["payrolling"], "sectors": ["care"]}
    assert unknown_codes(NORM, known) == []
    assert unknown_codes(NORM, known | {"sectors": ["care", "mining"]}) == ["mining"]


@pytest.mark.parametrize("state", ApplicationState)
@pytest.mark.parametrize("name", APPLICATION_FLOW.moves)
def test_the_flow_has_exactly_these_moves(state, name):
    allowed = {
        ("draft", "submit"): "submitted",
        ("draft", "withdraw"): "withdrawn",
        ("draft", "lapse"): "withdrawn",
        ("submitted", "withdraw"): "withdrawn",
        ("submitted", "return"): "draft",
        ("submitted", "accept"): "accepted",
        ("submitted", "refuse"): "refused",
        ("accepted", "withdraw"): "withdrawn",
        ("accepted", "close"): "closed",
        ("accepted", "conclude"): "concluded",
    }
    if (state.value, name) in allowed:
        assert APPLICATION_FLOW.target(state, name) == allowed[state.value, name]
    else:
        with pytest.raises(IllegalMoveError):
            APPLICATION_FLOW.target(state, name)
