"""What stands out in a list before it is fixed."""

import pytest

from audits.core.errors import RuleError
from audits.inspections.population_lists import Declared, differs, differs_from_last, look_at


def test_doubles_and_names_are_counted():
    look = look_at(["F-1", "F-1", " F-1 ", "Jan de Vries", "Anna-Maria Kowalska", "Huis 12"])
    assert (look.size, look.doubles, look.like_names) == (4, 2, 2)


@pytest.mark.parametrize("line", ["Jan 12-03-1988", "1988-03-12", "3/4/2001 F", "02.11.1999"])
def test_a_date_of_birth_never_gets_in(line):
    with pytest.raises(RuleError, match="date of birth"):
        look_at(["F-1", line])


@pytest.mark.parametrize("line", ["A-2026-05-01", "12-03-2026", "F-19880312", "1-2-3"])
def test_other_numbers_do(line):
    assert look_at([line]).size == 1


@pytest.mark.parametrize(
    ("size", "declared", "expected"),
    [
        (140, Declared(140), False),
        (126, Declared(140), False),
        (125, Declared(140), True),
        (700, Declared(140), False),
        (701, Declared(140), True),
        (0, Declared(140), True),
        (5, Declared(), False),
        (0, Declared(housing=False), False),
        (0, Declared(housing=True), True),
        (1, Declared(housing=False), True),
        (3, Declared(housing=True), False),
    ],
)
def test_a_list_is_held_against_what_the_agency_declared(size, declared, expected):
    assert differs(size, declared) is expected


@pytest.mark.parametrize(
    ("size", "before", "expected"),
    [
        (5, None, False),
        (0, 0, False),
        (1, 0, True),
        (50, 100, False),
        (49, 100, True),
        (200, 100, False),
        (201, 100, True),
    ],
)
def test_a_list_is_held_against_that_of_the_audit_before(size, before, expected):
    assert differs_from_last(size, before) is expected
