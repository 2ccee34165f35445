#!/usr/bin/env bash
# icalendar writes a time with a fixed offset under a name of a zone that nobody defines, and reads it back as a local time.
# Why it matters: a time from a JSON message or a database is of that kind. The invitation for an audit then says 09:30 in
# zone "UTC+01:00", without a VTIMEZONE, also after add_missing_timezones(); every calendar may take it for its own time.
# What we did: moments are kept and sent in UTC.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check icalendar==7.3.2
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import datetime
from importlib.metadata import version

from icalendar import Calendar, Event

START = datetime.fromisoformat("2026-03-02T09:30:00+01:00")
calendar, event = Calendar(), Event()
event.start = START
calendar.add_component(event)
calendar.add_missing_timezones()
text = calendar.to_ical().decode()
line = next(line for line in text.splitlines() if line.startswith("DTSTART"))
back = Calendar.from_ical(text).events[0].start
print("subject: icalendar", version("icalendar"))
print(f"expected: {START.isoformat()} comes back, or is written as DTSTART:20260302T083000Z")
print(f"seen:     {line}; VTIMEZONE: {'BEGIN:VTIMEZONE' in text}; comes back as {back.isoformat()}")
sys.exit((line, "BEGIN:VTIMEZONE" in text, back.tzinfo) != ('DTSTART;TZID="UTC+01:00":20260302T093000', False, None))
PY
