"""Figures about how audits are done, as charts with their tables: what the pages of office and inspectors share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, abort
from flask_babel import gettext as _

from audits.core import clock
from audits.core.calendar import months_after
from audits.worklists.auditors import Figures
from audits.worklists.measures import Measured, Share, Spread
from portal.doors.tables import table_file
from portal.web.templating import number_text

Groups = Mapping[str, Measured]
"""Figures by the words for whose they are."""

_MOST = 15  # lines of a chart; its files have all


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart: what it is about, its length, the ends of its interval, all of 0 to 1, and its words."""

    label: str
    value: float
    words: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One question, its answer as bars, and the table that says the same."""

    name: str
    heading: str
    head: tuple[str, ...]
    rows: list[list[str]]
    bars: list[Bar]


def last_year(today: date) -> tuple[date, date]:
    """Return the first and the last day of the figures: twelve whole months, and this month up to today."""
    return months_after(today, -12).replace(day=1), today


def charts(found: Figures, groups: Groups) -> list[Chart]:
    """Return all charts in their order."""
    return [
        _time(groups),
        _question(groups),
        _shares("passed", _("How much of what we look at meets the norm?"), groups, lambda each: each.passed),
        _spread(found.spreads),
        _shares("bulk", _("How much is judged in bulk?"), groups, lambda each: each.bulk),
        _shares("repeated", _("How many notes stand in another report too?"), groups, lambda each: each.repeated),
        _shares("first", _("How many agencies pass the first time?"), groups, lambda each: each.first_time),
        _findings(found),
        _closing(groups),
    ]


def chart_file(listed: Iterable[Chart], name: str, ending: str, whose: str) -> Response:
    """Return the table of the chart with this name as `csv` or `xlsx`; 404 if there is none."""
    chart = next((each for each in listed if each.name == name), None)
    if chart is None:
        abort(404)
    return table_file(f"{whose}-{name}-{clock.today()}", ending, chart.head, chart.rows)


def _time(groups: Groups) -> Chart:
    rows, bars = [], []
    for name, each in groups.items():
        share = float(each.spent / each.required) if each.required else None
        rows.append([name, str(each.audits), number_text(each.required), number_text(each.spent), _percent(share)])
        bars.append(Bar(name, min((share or 0) / 1.5, 1), _percent(share)))
    head = (_("Whose"), _("Audits"), _("Hours of the norm"), _("Hours spent"), _("Share"))
    return Chart("time", _("Do we spend the time that the norm asks for?"), head, rows, bars[:_MOST])


def _question(groups: Groups) -> Chart:
    minutes = {name: each.minutes_per_verdict for name, each in groups.items()}
    rows = [[name, str(groups[name].audits), _number(value)] for name, value in minutes.items()]
    head = (_("Whose"), _("Audits"), _("Minutes for each verdict"))
    return Chart("question", _("How long does a verdict take?"), head, rows, _scaled(minutes)[:_MOST])


def _shares(name: str, heading: str, groups: Groups, of: Callable[[Measured], Share]) -> Chart:
    shares = {words: of(each) for words, each in groups.items()}
    rows = [[words, *_counted(share)] for words, share in shares.items()]
    bars = [_bar(words, share) for words, share in shares.items()]
    head = (_("Whose"), _("Count"), _("Of"), _("Share"), _("At least"), _("At most"))
    return Chart(name, heading, head, rows, bars[:_MOST])


def _spread(spreads: Iterable[Spread]) -> Chart:
    rows, bars = [], []
    for each in spreads:
        ends = (each.lowest.value, each.highest.value)
        shares = [_percent(value) for value in (each.all.value, *ends)]
        rows.append([each.code, str(each.inspectors), str(each.all.whole), *shares])
        bars.append(Bar(each.code, each.all.value or 0, " – ".join(map(_percent, ends)), *ends))
    head = (
        *(_("Requirement"), _("Inspectors"), _("Assessed")),
        *(_("Fell short"), _("Lowest inspector"), _("Highest inspector")),
    )
    return Chart("spread", _("Do inspectors judge the same requirement alike?"), head, rows, bars[:_MOST])


def _findings(found: Figures) -> Chart:
    number = found.number
    rows = [[code, str(count), _number(100 * count / number)] for code, count in found.findings]
    bars = _scaled({code: float(count) for code, count in found.findings})[:_MOST]
    head = (_("Requirement"), _("Findings"), _("For each 100 audits"))
    return Chart("findings", _("On which requirements do we find most?"), head, rows, bars)


def _closing(groups: Groups) -> Chart:
    days = {name: each.median_days for name, each in groups.items()}
    rows = [
        [name, str(each.closed), _number(each.median_days), str(each.open), str(each.overdue)]
        for name, each in groups.items()
    ]
    head = (_("Whose"), _("Findings closed"), _("Days until closed, median"), _("Open findings"), _("Of which late"))
    return Chart(
        "closing", _("How long until a finding is closed, and how many are late?"), head, rows, _scaled(days)[:_MOST]
    )


def _scaled(values: Mapping[str, float | None]) -> list[Bar]:
    """Return bars of which the longest is as long as there is room."""
    longest = max((value or 0 for value in values.values()), default=0) or 1
    return [Bar(name, (value or 0) / longest, _number(value)) for name, value in values.items()]


def _bar(words: str, share: Share) -> Bar:
    return Bar(words, share.value or 0, _percent(share.value), *(share.interval or (None, None)))


def _counted(share: Share) -> Sequence[str]:
    low, high = share.interval or (None, None)
    return [str(share.part), str(share.whole), *map(_percent, (share.value, low, high))]


def _number(value: float | None) -> str:
    return "–" if value is None else number_text(round(value, 1))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{number_text(round(100 * share, 1))}%"
