"""The year of an agency as a drawing: everything has its place, and no words run into other words."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.doors.office.lanes import LEFT, LETTER, MONTHS, WIDTH, Happening, Lane, draw

TODAY = date(2027, 11, 22)
days = st.dates(date(2025, 1, 1), date(2029, 1, 1))


def happening(lane, begin, words="granted", end=None):
    return Happening(lane, begin, "certified", words, end)


@st.composite
def happenings(draw_one):
    lane, begin = draw_one(st.sampled_from(list(Lane))), draw_one(days)
    length = draw_one(st.none() | st.integers(0, 900))
    words = draw_one(st.sampled_from(["granted", "AU-2027-00012", "Certificate granted with conditions"]))
    return happening(lane, begin, words, None if length is None else begin + timedelta(days=length))


def span(mark):
    """From where to where its words stand."""
    long = LETTER * len(mark.of.words)
    return (mark.label_x - long, mark.label_x) if mark.before else (mark.label_x, mark.label_x + long)


@given(st.lists(happenings(), max_size=12))
def test_nothing_stands_outside_and_no_words_run_into_others(listed):
    drawing = draw(listed, TODAY)
    assert len(drawing.months) == MONTHS
    assert all(mark.x >= LEFT and mark.x + mark.width <= WIDTH + 2 for mark in drawing.marks)
    for lane in Lane:
        spans = [span(mark) for mark in drawing.marks if mark.of.lane is lane and mark.label_x is not None]
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans)), spans


@given(st.lists(days, min_size=1, max_size=6))
def test_days_stand_in_their_order_and_today_is_among_them(listed):
    drawing = draw([happening(Lane.DECISIONS, day) for day in listed], TODAY)
    assert [mark.x for mark in drawing.marks] == sorted(mark.x for mark in drawing.marks)
    assert LEFT <= drawing.today <= WIDTH


def test_a_young_case_begins_with_its_first_month():
    drawing = draw([happening(Lane.AUDITS, date(2027, 9, 14))], TODAY)
    assert drawing.months[0] == (LEFT, date(2027, 9, 1))
    assert draw([], TODAY).months[0][1] == date(2026, 10, 1)


def test_what_was_over_before_is_left_out_and_what_lasts_is_cut():
    old, lasting = date(2026, 1, 1), date(2026, 1, 1)
    listed = [happening(Lane.AUDITS, old), happening(Lane.CERTIFICATE, lasting, end=date(2030, 1, 1))]
    (mark,) = draw(listed, TODAY).marks
    assert (mark.x, mark.width) == (LEFT, WIDTH - LEFT)


def test_words_that_find_no_room_to_the_right_stand_left_or_not_at_all():
    days_of_it = date(2027, 1, 1), date(2027, 11, 1), date(2027, 11, 3), date(2027, 11, 6)
    listed = [happening(Lane.DECISIONS, day, "x" * 20) for day in days_of_it]
    labels = [(mark.label_x is not None, mark.before) for mark in draw(listed, TODAY).marks]
    assert labels == [(True, False), (True, True), (False, False), (True, False)]
