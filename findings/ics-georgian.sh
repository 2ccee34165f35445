#!/usr/bin/env bash
# ics passes a calendar on with the calendar scale of a country: GEORGIAN.
# Why it matters: the one scale that the standard knows is GREGORIAN, and it is what a calendar without the line has. A reader
# that checks the line cannot accept a calendar that went through ics; addresses with a comma change on the way too.
# What we did: the calendars of the portal are written by hand, without the line.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ics==0.7.3
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import ics

SENT = "\r\n".join([
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Audits//EN", "BEGIN:VEVENT", "UID:1@example.org",
    "DTSTAMP:20260301T000000Z", "DTSTART:20260302T083000Z", "URL:https://example.org/?on=2,3", "END:VEVENT", "END:VCALENDAR", "",
])
passed_on = ics.Calendar(SENT).serialize()
added = sorted(set(passed_on.split()) - set(SENT.split()))
print("subject: ics", version("ics"))
print("expected: the same lines, or CALSCALE:GREGORIAN (RFC 5545, 3.7.1, its only value; 3.3.13: no backslashes in an address)")
print("seen:     new lines:", *added)
sys.exit(added != ["CALSCALE:GEORGIAN", r"URL:https://example.org/?on=2\,3"])
PY
