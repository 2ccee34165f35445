"""The one place that asks what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is that place


def today() -> date:
    """The calendar day in the Netherlands, which decides on terms and validity."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The calendar day in the Netherlands on which something happened."""
    return moment.astimezone(AMSTERDAM).date()
