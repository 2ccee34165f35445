#!/usr/bin/env bash
# ical cuts a category at its comma, though it writes the comma as the standard says: what it wrote, it cannot read.
# Why it matters: lists in a calendar part at a comma, and a comma within a name has a backslash before it. "Work, housing"
# comes back as two categories, the first with a backslash at its end, and is lost for good with the next save.
# What we did: the calendars of the portal have no categories.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ical==14.3.1 icalendar==7.3.2 vobject==0.9.9
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import date
from importlib.metadata import version

import icalendar
import vobject
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event


def pass_through(categories):
    calendar = Calendar()
    calendar.events.append(Event(summary="Audit", dtstart=date(2026, 3, 2), categories=categories))
    text = IcsCalendarStream.calendar_to_ics(calendar)
    return text, IcsCalendarStream.calendar_from_ics(text).events[0].categories


text, once = pass_through(["Work, housing"])
_again, twice = pass_through(once)
[line] = [line for line in text.splitlines() if line.startswith("CATEGORIES")]
by_icalendar = [str(each) for each in icalendar.Calendar.from_ical(text).events[0].categories]
others = by_icalendar, vobject.readOne(text).vevent.categories.value
print("subject: ical", version("ical"), "beside icalendar", version("icalendar"), "and vobject", version("vobject"))
print("expected: one category, 'Work, housing' (RFC 5545, 3.3.11: a comma within a text is escaped by a backslash)")
print(f"seen:     {line} read by ical: {once}, saved and read once more: {twice}; by the others: {others}")
whole = ["Work, housing"]
sys.exit((line, once, others) != (r"CATEGORIES:Work\, housing", ["Work\\", " housing"], (whole, whole)))
PY
