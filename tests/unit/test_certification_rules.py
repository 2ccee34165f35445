"""When surveillance is held, and how long before its end a certificate can be renewed."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from audits.certification.rules import Visit, renewal_window, visits
from audits.core.calendar import months_after
from audits.schemes.cycle import SurveillanceVisit
from tests.kit.scheme import FIRST, SECOND, scheme

DAYS = st.dates(date(2020, 1, 1), date(2100, 1, 1))
PLANNED = st.lists(st.builds(SurveillanceVisit, st.integers(1, 36), st.integers(0, 60)))


def test_a_visit_has_its_window_around_the_month_that_the_scheme_names():
    found = list(visits([SurveillanceVisit(6, 30)], date(2026, 8, 31), 12))
    assert found == [Visit(date(2027, 1, 29), date(2027, 3, 30))]  # around 28 February


@given(PLANNED, DAYS, st.integers(1, 36))
def test_no_visit_is_planned_after_the_last_day_of_the_certificate(planned, granted_on, months):
    found = list(visits(planned, granted_on, months))
    assert len(found) == sum(each.after_months < months for each in planned)
    for visit in found:
        assert visit.from_on <= visit.due_on
        middle = visit.from_on + (visit.due_on - visit.from_on) / 2
        assert granted_on < middle < months_after(granted_on, months)


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_months_add_up_but_for_the_ends_of_short_ones(day, first, second):
    apart = months_after(months_after(day, first), second) - months_after(day, first + second)
    assert timedelta(days=-3) <= apart <= timedelta(days=3)


def test_edition_1_names_no_window_and_has_that_of_its_first_reminder():
    assert renewal_window(scheme(FIRST).terms) == renewal_window(scheme(SECOND).terms) == 90
