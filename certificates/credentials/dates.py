"""Format days and moments for the data model (VC Data Model 2.0 section 4.9: xsd:dateTimeStamp)."""

from datetime import UTC, date, datetime, time

from audits.core.clock import AMSTERDAM, midnight


def moment(at: datetime) -> str:
    """Format a moment in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def first_moment(day: str) -> datetime:
    """Return the first moment of a day (ISO) in Amsterdam."""
    return midnight(date.fromisoformat(day))


def last_moment(day: str) -> datetime:
    """Return the last second of a day (ISO) in Amsterdam."""
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), AMSTERDAM)
