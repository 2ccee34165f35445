"""Read the clock; no other module does."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is that place


def today() -> date:
    """Return today's date in the Netherlands, which terms and validity are counted by."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the date in the Netherlands of a moment."""
    return moment.astimezone(AMSTERDAM).date()
