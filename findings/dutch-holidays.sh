#!/usr/bin/env bash
# Three calendars of the Netherlands give three answers to "is it a holiday?" for Good Friday and 5 May.
# Why it matters: terms of law end on the next working day, and the act on terms (Algemene termijnenwet, article 3) counts
# both days every year, however many people work on them. The last day for an objection in a letter then depends on which
# calendar was at hand. The days that a royal decree adds, as 15 May 2026, are in none of them.
# What we did: the holidays of the act, with the decrees in a dated table and an alarm for the year after the last one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check holidays==0.109 workalendar==17.0.0
npm install --silent --no-audit --no-fund --prefix . date-holidays@3.37.0 > /dev/null
cat > ask.cjs <<'JS'
const Holidays = require("date-holidays");
const days = new Holidays("NL").getHolidays(2026).filter((day) => day.type === "public").map((day) => day.date.slice(0, 10));
console.log(JSON.stringify(days));
JS
node ask.cjs > public.json
venv/bin/python - <<'PY'
import json
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import holidays
from workalendar.europe import Netherlands

DAYS = {"Good Friday": date(2026, 4, 3), "5 May": date(2026, 5, 5), "decreed 15 May": date(2026, 5, 15)}
node = {date.fromisoformat(day) for day in json.loads(Path("public.json").read_text())}
calendars = {
    "holidays": holidays.country_holidays("NL", years=2026),
    "workalendar": {day for day, _ in Netherlands().holidays(2026)},
    "date-holidays": node,
}
seen = {name: tuple(day in calendar for day in DAYS.values()) for name, calendar in calendars.items()}
print(f"subject: holidays {version('holidays')}, workalendar {version('workalendar')}, date-holidays 3.37.0 (npm)")
print("expected: Good Friday, 5 May and 15 May 2026 are holidays in all three or in none")
for name, answers in seen.items():
    print(f"seen:     {name}:", ", ".join(f"{day} {'yes' if yes else 'no'}" for day, yes in zip(DAYS, answers, strict=True)))
sys.exit(seen != {"holidays": (True, False, False), "workalendar": (True, True, False), "date-holidays": (False,) * 3})
PY
