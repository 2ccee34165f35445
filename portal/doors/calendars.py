"""Write calendars as iCalendar (RFC 5545): days, no hours, so that no time zone is needed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_OCTETS = 75  # of a line; longer ones are folded


@dataclass(frozen=True, slots=True)
class Entry:
    """One day in a calendar. `uid` stays the same while the entry is the same."""

    uid: str
    on: date
    summary: str
    url: str


def calendar(name: str, entries: Iterable[Entry], made_at: datetime) -> str:
    """Return a calendar with an entry for each day; each line ends as the standard says."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Keurwerk//NL",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for each in entries:
        lines += _event(each, made_at)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(entry: Entry, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}"  # the day after: the end is not part of it
    yield f"SUMMARY:{_text(entry.summary)}"
    yield f"URL:{entry.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(words: str) -> str:
    for sign in "\\;,":
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets; no sign is split."""
    pieces, length = [""], 0
    for sign in line:
        size = len(sign.encode())
        if length + size > _OCTETS:
            pieces.append(" ")
            length = 1
        pieces[-1] += sign
        length += size
    return "\r\n".join(pieces)
