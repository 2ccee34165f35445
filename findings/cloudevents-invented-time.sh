#!/usr/bin/env bash
# The CloudEvents SDK gives an event that came without a time the moment at which it is read.
# Why it matters: `time` is when something happened, and may be left out. Whoever reads such an event twice has two moments,
# and who passes it on sends a time that its source never named; nothing tells it from a real one.
# What we did: our events carry the moment of the change, so that nobody has to invent one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cloudevents==2.2.0
"$work/venv/bin/python" - <<'PY'
import json
import sys
from importlib.metadata import version

from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_structured_event

SENT = {"specversion": "1.0", "id": "1", "source": "/register", "type": "example.changed"}
message = HTTPMessage(headers={"content-type": "application/cloudevents+json"}, body=json.dumps(SENT).encode())
first, second = from_http_event(message), from_http_event(message)
passed_on = json.loads(to_structured_event(first).body)
times = first.get_time(), second.get_time()
print("subject: cloudevents", version("cloudevents"))
print("expected: no time, and the same event passed on (CloudEvents 1.0.2, time: optional; when the occurrence happened)")
print("seen:     read twice:", *times, "passed on with", sorted(passed_on.keys() - SENT.keys()))
sys.exit((None in times, times[0] == times[1], passed_on.keys() - SENT.keys()) != (False, False, {"time"}))
PY
