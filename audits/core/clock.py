"""Read the clock; no other module does. For the demo it can be moved, by a file that all processes read."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_followed: list[Path] = []


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC) + moved()  # noqa: TID251 - this is that place


def today() -> date:
    """Return today's date in the Netherlands, which terms and validity are counted by."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the date in the Netherlands of a moment."""
    return moment.astimezone(AMSTERDAM).date()


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in the Netherlands."""
    return datetime.combine(day, time.min, AMSTERDAM)


def until_midnight() -> timedelta:
    """Return how long it is to the next midnight in the Netherlands, also on a day of 23 or 25 hours."""
    return midnight(today() + timedelta(days=1)).astimezone(UTC) - now()


def follow(file: Path) -> None:
    """Let the clock of this process, and of all that it forks, be wrong by as many seconds as a file says."""
    _followed[:] = [file]


def moved() -> timedelta:
    """Return how far the clock is from the real one: nothing, unless it follows a file that is there."""
    for file in _followed:
        if file.exists():
            return timedelta(seconds=float(file.read_text() or 0))
    return timedelta()


def move(by: timedelta) -> None:
    """Write the file that this process follows, in one step: others read it meanwhile."""
    for file in _followed:
        fresh = file.with_suffix(".new")
        fresh.write_text(str(by.total_seconds()))
        fresh.replace(file)
