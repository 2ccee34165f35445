"""What follows from a reported change, and what a report needs."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.agencies.rules import FIXED_FIELDS, AgencyDetails, Holder, ProfileSection, Scope
from audits.changes.rules import (
    DECIDED,
    Choice,
    Consequence,
    check_report,
    chosen_consequences,
    consequences_of,
    holder_after,
    kept_scope,
)
from audits.changes.workflow import CHANGE_FLOW, OPEN_STATES, ChangeState
from audits.core.access import GRANTS, Permission, Role
from audits.core.errors import RuleError

TODAY = date(2026, 11, 30)
S, C = ProfileSection, Consequence
ROW = {"name": "Venlo"}
COVERED = Scope(activities=("payrolling",), sectors=("meat",), own_housing=True)
NAME = {"legal_name": "x"}


class Changed(NamedTuple):
    section: ProfileSection
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@pytest.mark.parametrize(
    ("section", "before", "after", "needed"),
    [
        (S.SEAT, NAME, {"legal_name": "y"}, {C.AMEND}),
        (S.SEAT, {"city": "x"}, {"city": "y"}, {C.AMEND}),
        (S.BRANCHES, None, ROW, {C.AMEND}),
        (S.BRANCHES, ROW, None, {C.AMEND}),
        (S.BRANCHES, ROW, {"name": "Breda"}, set()),
        (S.SCOPE, {"sectors": ["meat"]}, {"sectors": ["meat", "care"]}, set()),  # what is new takes an audit
        (S.SCOPE, {"sectors": ["meat", "care"]}, {"sectors": ["meat"]}, set()),  # was never covered
        (S.SCOPE, {"sectors": ["meat", "care"]}, {"sectors": ["care"]}, {C.SCOPE}),
        (S.WORKERS, {"own_housing": True}, {"own_housing": False}, {C.SCOPE}),
        (S.WORKERS, {"own_housing": False}, {"own_housing": True}, set()),
        (S.WORKERS, {"housing_places": 1}, {"housing_places": 2}, set()),
        (S.BANK, {"iban": "x"}, {"iban": "y"}, set()),
        (S.CONTROLLING_PERSONS, None, ROW, set()),
        (S.CONTROLLING_PERSONS, ROW, None, set()),
    ],
)
def test_what_a_certificate_says_needs_a_decision(section, before, after, needed):
    besides = frozenset({C.SPECIAL_AUDIT})
    assert consequences_of(section, before, after, covered=COVERED) == Choice(frozenset(needed), besides)
    assert consequences_of(section, before, after, covered=None) == Choice()


def test_what_was_given_up_is_covered_no_longer():
    """And what was taken up is not covered yet."""
    changes = [
        Changed(S.SCOPE, {"sectors": ["meat", "care"]}, {"sectors": ["care", "construction"]}),
        Changed(S.WORKERS, {"own_housing": True, "housing_places": 9}, {"own_housing": False, "housing_places": 0}),
    ]
    scope = replace(COVERED, sectors=("meat", "logistics"))
    kept = kept_scope(scope, changes)
    assert (kept.sectors, kept.own_housing, kept.activities) == (("logistics",), False, COVERED.activities)
    with pytest.raises(RuleError, match="no sector"):
        kept_scope(COVERED, changes)


def test_a_holder_is_named_after_all_that_was_reported():
    holder = Holder(
        legal_name="x",
        trade_names=("a",),
        country="NL",
        register_number="1",
        street="s",
        postcode="p",
        city="c",
        sites=2,
    )
    changes = [
        Changed(S.SEAT, {"legal_name": "x", "trade_names": ["a"]}, {"legal_name": "y", "trade_names": ["b", "c"]}),
        Changed(S.BRANCHES, None, ROW),
        Changed(S.BRANCHES, ROW, None),
        Changed(S.BRANCHES, None, ROW),
        Changed(S.BANK, {"iban": "x"}, {"iban": "y"}),
    ]
    assert holder_after(holder, changes) == replace(holder, legal_name="y", trade_names=("b", "c"), sites=3)


def test_needed_consequences_are_added_and_others_refused():
    choice = Choice(frozenset({C.AMEND}), frozenset({C.SPECIAL_AUDIT}))
    assert chosen_consequences(choice, []) == {C.AMEND}
    assert chosen_consequences(choice, ["special_audit"]) == {C.AMEND, C.SPECIAL_AUDIT}
    for wrong in ("scope", "nonsense"):
        with pytest.raises(RuleError, match="does not fit"):
            chosen_consequences(choice, [wrong])
    with pytest.raises(RuleError, match="does not fit"):
        chosen_consequences(Choice(), ["special_audit"])


@given(st.sampled_from(S), st.dates(max_value=TODAY + timedelta(days=366)))
def test_a_report_needs_a_day_and_most_need_a_file(section, day):
    assert check_report(section, day, "", 1, today=TODAY) == day
    with pytest.raises(RuleError) as missing:
        check_report(section, None, "", 1, today=TODAY)
    assert missing.value.field == "effective_on"
    if section in {S.SEAT, S.BANK, S.BRANCHES, S.CONTROLLING_PERSONS}:
        with pytest.raises(RuleError) as without:
            check_report(section, day, "", 0, today=TODAY)
        assert without.value.field == "files"
    else:
        assert check_report(section, day, "", 0, today=TODAY) == day


@pytest.mark.parametrize(
    ("day", "explanation", "field"),
    [(TODAY + timedelta(days=367), "", "effective_on"), (TODAY, "x" * 2001, "explanation")],
)
def test_a_report_about_a_far_day_or_with_endless_words_is_refused(day, explanation, field):
    with pytest.raises(RuleError) as refused:
        check_report(S.SCOPE, day, explanation, 1, today=TODAY)
    assert refused.value.field == field


def test_fields_stand_still_once_and_are_fields():
    fields = [name for listed in FIXED_FIELDS.values() for name in listed]
    assert len(fields) == len(set(fields))
    assert set(fields) <= set(AgencyDetails.__dataclass_fields__)
    assert {"phone", "website", "headcount"}.isdisjoint(fields)


def test_the_office_checks_deciders_decide_and_agencies_only_withdraw():
    moves = {
        role: {move.name for move in CHANGE_FLOW.moves.values() if move.permission in GRANTS[role]} for role in Role
    }
    assert moves[Role.PLANNER] == {"accept", "refer", "decline"}
    assert moves[Role.DECIDER] == {"decide", "return"}
    assert moves[Role.AGENCY_OWNER] == moves[Role.AGENCY_EDITOR] == {"withdraw"}
    assert not any(moves[role] for role in (Role.INSPECTOR, Role.REVIEWER, Role.ADMINISTRATOR, Role.AGENCY_SIGNATORY))
    assert CHANGE_FLOW.unfinished == OPEN_STATES
    assert CHANGE_FLOW.waiting_for(Permission.CHANGE_CHECK) == {ChangeState.REPORTED}
    assert Consequence.SPECIAL_AUDIT not in DECIDED
