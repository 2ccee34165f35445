#!/usr/bin/env bash
# ics makes an all-day event of the wrong day for everybody east of Greenwich.
# Why it matters: the day is cut in the zone of the event and then written in UTC, where it began the evening before. An audit
# on Monday stands in the calendar on Sunday; in New York, and in tests that run in UTC, it is right.
# What we did: the calendars of the portal are written by hand, by the date in the Netherlands.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ics==0.7.3 icalendar==7.3.2
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import icalendar
import ics

STARTS = ["2026-03-02T09:30:00+01:00", "2026-03-02T09:30:00+00:00", "2026-03-02T09:30:00-05:00"]


def day_of(start):
    """Return the day of an event that begins then and was made to last all day, as another library reads it."""
    event = ics.Event(name="Audit", begin=start)
    event.make_all_day()
    text = ics.Calendar(events=[event]).serialize()
    return str(icalendar.Calendar.from_ical(text).events[0].start)


seen = [day_of(start) for start in STARTS]
print("subject: ics", version("ics"), "read by icalendar", version("icalendar"))
print("expected: 2026-03-02 each time (make_all_day: from the day of the begin to the day of the end)")
print("seen:    ", dict(zip(STARTS, seen)))
sys.exit(seen != ["2026-03-01", "2026-03-02", "2026-03-02"])
PY
