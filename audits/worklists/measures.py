"""Figures about how audits are done: time, pass rates, spread, bulk, repeated text, repair. Pure.

A team is everybody who judged in an audit. It has figures of its own from `FEWEST` audits up; all others count in those
of all audits alone, so that nobody is measured by a handful.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt

FEWEST = 5  # audits of a team, a person or a requirement before it has figures
_Z = 1.959964  # of the normal distribution, for 95 percent


@dataclass(frozen=True, slots=True)
class Audited:
    """What audits of the same people add to the figures. Hours are of those audits alone whose hours were said."""

    people: tuple[str, ...]  # who judged in them, by name, the inspector who led them first
    audits: int = 1
    required: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    timed: int = 0  # verdicts of the audits whose hours were said
    verdicts: int = 0
    assessed: int = 0
    nonconforming: int = 0
    bulk: int = 0
    notes: int = 0  # of some length
    repeated: int = 0  # of those, in the words of a note in another audit
    initial: int = 0  # audits
    first_time: int = 0  # of those, without a finding in the way of a certificate
    open: int = 0  # findings
    overdue: int = 0
    closed: Mapping[int, int] = field(default_factory=dict)  # by the days it took, how many findings


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with the interval in which the true share lies at 95 percent (Wilson); None of nothing."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Return the share, 0 to 1."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the Wilson score interval, which holds for small numbers and shares near 0 and 1 too."""
        if not self.whole:
            return None
        share, room = self.part / self.whole, _Z**2 / self.whole
        middle, half = share + room / 2, _Z * sqrt(share * (1 - share) / self.whole + room / (4 * self.whole))
        return max(0.0, (middle - half) / (1 + room)), min(1.0, (middle + half) / (1 + room))


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of some audits together."""

    audits: int
    required: Decimal  # hours, of the audits whose hours are known
    spent: Decimal
    minutes_per_verdict: float | None
    passed: Share  # of the assessed units, those that conform
    bulk: Share
    repeated: Share
    first_time: Share  # of the initial audits, those without a finding in the way of a certificate
    closed: int
    median_days: float | None
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How otherwise inspectors judge the same requirement: the lowest and the highest share that falls short."""

    code: str
    all: Share
    lowest: Share
    highest: Share
    inspectors: int


def measure(audits: Sequence[Audited]) -> Measured:
    """Return the figures of these audits together."""

    def total(name: str) -> int:
        return sum(getattr(each, name) for each in audits)

    spent = sum((each.spent for each in audits), Decimal(0))
    timed, closed = total("timed"), _together(each.closed for each in audits)
    return Measured(
        audits=total("audits"),
        required=sum((each.required for each in audits), Decimal(0)),
        spent=spent,
        minutes_per_verdict=float(spent) * 60 / timed if timed else None,
        passed=Share(total("assessed") - total("nonconforming"), total("assessed")),
        bulk=Share(total("bulk"), total("verdicts")),
        repeated=Share(total("repeated"), total("notes")),
        first_time=Share(total("first_time"), total("initial")),
        closed=closed.total(),
        median_days=_median(closed),
        open=total("open"),
        overdue=total("overdue"),
    )


def _together(counts: Iterable[Mapping[int, int]]) -> Counter[int]:
    found = Counter[int]()
    for each in counts:
        found.update(each)
    return found


def _median(counts: Counter[int]) -> float | None:
    """Return the median of numbers of which it is counted how often each is there."""
    half, seen, lower = counts.total() / 2, 0, 0
    for number, times in sorted(counts.items()):
        if seen == half:  # an even number of them, and the two in the middle differ
            return (lower + number) / 2
        seen, lower = seen + times, number
        if seen > half:
            return float(number)
    return None


def by_team(audits: Iterable[Audited]) -> dict[tuple[str, ...], Measured]:
    """Return the figures of each team of several people with enough audits, by its names; who has most comes first."""
    return _enough((tuple(sorted(each.people)), each) for each in audits if len(each.people) > 1)


def by_person(audits: Iterable[Audited]) -> dict[tuple[str, ...], Measured]:
    """Return the figures of each inspector who led enough audits."""
    return _enough((each.people[:1], each) for each in audits)


def spreads(counts: Iterable[tuple[str, str, int, int]]) -> list[Spread]:
    """Return the spread on each requirement, the widest first.

    `counts` are requirement, inspector, units that fell short, units assessed. An inspector counts from `FEWEST`
    units up, and a requirement with two such inspectors.
    """
    found = defaultdict[str, dict[str, Share]](dict)
    totals = defaultdict[str, Counter[str]](Counter)
    for code, inspector, bad, assessed in counts:
        totals[code].update(bad=bad, assessed=assessed)
        if assessed >= FEWEST:
            found[code][inspector] = Share(bad, assessed)
    spread = [
        Spread(code, Share(totals[code]["bad"], totals[code]["assessed"]), *_ends(shares.values()), len(shares))
        for code, shares in found.items()
        if len(shares) > 1
    ]
    return sorted(spread, key=lambda each: (_value(each.lowest) - _value(each.highest), each.code))


def _ends(shares: Iterable[Share]) -> tuple[Share, Share]:
    ordered = sorted(shares, key=_value)
    return ordered[0], ordered[-1]


def _value(share: Share) -> float:
    return share.value or 0.0


def _enough(grouped: Iterable[tuple[tuple[str, ...], Audited]]) -> dict[tuple[str, ...], Measured]:
    groups = defaultdict[tuple[str, ...], list[Audited]](list)
    for names, each in grouped:
        groups[names].append(each)
    ordered = sorted(groups.items(), key=lambda group: (-_number(group[1]), group[0]))
    return {names: measure(audits) for names, audits in ordered if _number(audits) >= FEWEST}


def _number(audits: Iterable[Audited]) -> int:
    return sum(each.audits for each in audits)
