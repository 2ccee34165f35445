"""The year of an agency as a drawing of five lanes. Pure; the table of the page says the same in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONTHS = 15
WIDTH, HEIGHT = 1220, 206  # units of the drawing
LEFT = 108  # where the months begin, right of the names of the lanes
LETTER = 6.6  # mean width of a letter of a label
GAP = 12  # between a point and its label


class Lane(StrEnum):
    """The lanes, from top to bottom."""

    CERTIFICATE = "certificate"
    DECISIONS = "decisions"
    AUDITS = "audits"
    REPAIR = "repair"
    REPORTED = "reported"


MIDDLE = {lane: 43 + 35 * place for place, lane in enumerate(Lane)}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that belongs in a lane, until a day if it lasts. `look` is a status or a word of ours."""

    lane: Lane
    begin: date
    look: str
    words: str
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A happening in its place. `label_x` is None where its words do not fit; `before` puts them left of the mark."""

    of: Happening
    x: float
    width: float
    y: int
    label_x: float | None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template draws."""

    months: tuple[tuple[float, date], ...]
    marks: tuple[Mark, ...]
    today: float


def draw(happenings: Iterable[Happening], today: date) -> Drawing:
    """Place what happened in fifteen months: those up to the next, or from the first event on if that is later."""
    listed = sorted(happenings, key=lambda each: each.begin)
    latest = _first(today, 2 - MONTHS)
    begin = max(latest, _first(listed[0].begin, 0)) if listed else latest
    months = tuple(_first(begin, count) for count in range(MONTHS))
    scale = _Scale(begin, _first(begin, MONTHS))
    marks = [mark for lane in Lane for mark in _place([each for each in listed if each.lane is lane], scale)]
    return Drawing(tuple((scale.x(month), month) for month in months), tuple(marks), scale.x(today))


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: date
    end: date

    def x(self, day: date) -> float:
        """Return the place of a day, within the drawing."""
        share = (day - self.begin).days / (self.end - self.begin).days
        return round(LEFT + (WIDTH - LEFT) * min(max(share, 0), 1), 1)


def _first(day: date, months: int) -> date:
    """Return the first day of the month so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _place(happenings: list[Happening], scale: _Scale) -> Iterable[Mark]:
    shown = [each for each in happenings if scale.begin <= (each.end or each.begin) and each.begin < scale.end]
    taken = float(LEFT)  # up to where something stands in this lane
    for place, each in enumerate(shown):
        x = scale.x(each.begin)
        width = max(scale.x(each.end) - x, 2.0) if each.end else 0.0
        following = scale.x(shown[place + 1].begin) if place + 1 < len(shown) else WIDTH
        label, before = _label(each, x, width, taken, following)
        ended = x + width if label is None or before else max(x + width, label + LETTER * len(each.words))
        taken = max(taken, ended)
        yield Mark(each, x, width, MIDDLE[each.lane], label, before)


def _label(each: Happening, x: float, width: float, taken: float, following: float) -> tuple[float | None, bool]:
    """Find room for the words: within the bar of a certificate, else right of the mark, else left of it."""
    needed = LETTER * len(each.words)
    if each.lane is Lane.CERTIFICATE:
        return (x + 8 if x >= taken and needed + 12 <= width else None), False
    if x + width + GAP + needed <= following - GAP:
        return x + width + GAP, False
    return (x - GAP, True) if x - GAP - needed >= taken + GAP else (None, False)


def until(day: date) -> date:
    """Return where a bar ends whose last day this is."""
    return day + timedelta(days=1)
