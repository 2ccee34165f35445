"""A scheme with typed questions is judged before anybody answers it: every fault is named with line and path."""

import pytest

from audits.schemes.problems import SchemeError
from audits.schemes.source import parse
from tests.kit.scheme import SECOND, norm_text, plain_norm

BOTH = {"nl": "Vraag", "en": "Question"}


def with_details(**details):
    """The published norm, with these questions beside its first requirement."""
    norm = plain_norm(SECOND)
    norm["requirements"]["GOV-01"]["details"] = {code: {"label": dict(BOTH), **each} for code, each in details.items()}
    return norm


def problems(norm):
    with pytest.raises(SchemeError) as refusal:
        parse(norm_text(norm))
    return {(problem.json_path, problem.message % problem.params) for problem in refusal.value.problems}


def test_questions_of_every_type_are_read():
    scheme = parse(
        norm_text(
            with_details(
                beds={"type": "number", "unit": {"nl": "bedden", "en": "beds"}, "required": True},
                rent={"type": "money", "shown_if": "beds > 0"},
                part={"type": "share"},
                since={"type": "date"},
                sort={"type": "choice", "choices": {"house": BOTH, "park": BOTH}},
                sorts={"type": "choices", "choices": {"a": BOTH, "b": BOTH}},
                own={"type": "yes_no", "shown_if": "sort == 'house' && GOV_02 == 'conform'"},
                places={"type": "table", "columns": {"town": {"type": "text", "label": BOTH},
                                                     "beds": {"type": "number", "label": BOTH}},
                        "checks": [{"rule": "places_beds >= beds", "level": "warning", "message": BOTH}]},
                proof={"type": "file"},
            )
        )
    )  # fmt: skip
    details = scheme.requirement("GOV-01").details
    assert [each.kind.value for each in details] == [
        "number", "money", "share", "date", "choice", "choices", "yes_no", "table", "file",
    ]  # fmt: skip
    assert details[7].checks[0].rule == "places_beds >= beds"


@pytest.mark.parametrize(
    ("details", "path", "words"),
    [
        ({"a": {"type": "yes_no", "shown_if": "nobody"}}, "a.shown_if", "undeclared reference to 'nobody'"),
        ({"a": {"type": "number", "shown_if": "a >"}}, "a.shown_if", "Syntax error"),
        ({"a": {"type": "number", "shown_if": "GOV_02"}}, "a.shown_if", "must say yes or no"),
        ({"a": {"type": "number", "shown_if": "GOV_02 > 3"}}, "a.shown_if", "no matching overload"),
        ({"a": {"type": "number", "shown_if": "true" + " && true" * 50}}, "a.shown_if", "at most 300 characters"),
        ({"a": {"type": "number", "shown_if": "(" * 60 + "true" + ")" * 60}}, "a.shown_if", "recursion limit"),
        ({"a": {"type": "number", "shown_if": "GOV_02 == 'perhaps'"}}, "a.shown_if", "never holds"),
        ({"b": {"type": "number"}, "a": {"type": "date", "shown_if": "b > 3 && b < 2"}}, "a.shown_if", "never holds"),
        ({"a": {"type": "choice"}}, "a.choices", "choices is missing"),
        ({"a": {"type": "table"}}, "a.columns", "columns is missing"),
        ({"a": {"type": "number", "label": {"nl": "Vraag"}}}, "a.label.en", "en is missing"),
        ({"agency_headcount": {"type": "number"}}, "agency_headcount", "is the name of a fact"),
        ({"a": {"type": "number", "checks": [{"rule": "nobody > 1", "level": "error", "message": BOTH}]}},
         "a.checks[0].rule", "undeclared reference"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(details, path, words):
    found = problems(with_details(**details))
    assert any(where == f"$.requirements.GOV-01.details.{path}" and words in what for where, what in found), found


def test_questions_that_wait_for_each_other_are_named():
    found = problems(
        with_details(
            a={"type": "yes_no", "shown_if": "b"},
            b={"type": "yes_no", "shown_if": "c"},
            c={"type": "yes_no", "shown_if": "a"},
        )
    )
    assert [what for _, what in found] == ["These questions wait for each other: a → b → c → a."]


def test_a_code_of_two_questions_is_named():
    plain = with_details(beds={"type": "number"})
    plain["requirements"]["GOV-02"]["details"] = {"beds": {"type": "number", "label": BOTH}}
    assert {path for path, what in problems(plain) if "another question too" in what} == {
        "$.requirements.GOV-01.details.beds", "$.requirements.GOV-02.details.beds",
    }  # fmt: skip


def test_no_table_is_gone_through_inside_another():
    rule = "t.all(r, t.exists(s, s.n == r.n))"
    table = {"type": "table", "columns": {"n": {"type": "number", "label": BOTH}}}
    found = problems(with_details(t=table, a={"type": "yes_no", "shown_if": rule}))
    assert any("through one table at most once" in what for _, what in found)
