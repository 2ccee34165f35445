#!/usr/bin/env bash
# The CloudEvents SDK writes Python instead of JSON: data that is a list, text or truth, and attributes that are true.
# Why it matters: a relay gets events as one JSON text and sends them on with the attributes as headers. Lists arrive there in
# single quotes under the name of JSON, and `true` as "True"; only objects and numbers survive.
# What we did: an event is one JSON text, and its data an object.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check cloudevents==2.2.0
"$work/venv/bin/python" - <<'PY'
import json
import sys
from importlib.metadata import version

from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_binary_event

SENT = {"specversion": "1.0", "id": "1", "source": "/register", "type": "example.changed", "time": "2026-03-02T09:30:00Z"}
DATA = [{"a": 1}, 7, ["a", "b"], "a", True]


def relay(data):
    event = SENT | {"final": True, "datacontenttype": "application/json", "data": data}
    message = HTTPMessage(headers={"content-type": "application/cloudevents+json"}, body=json.dumps(event).encode())
    sent_on = to_binary_event(from_http_event(message))
    return sent_on.headers["ce-final"], sent_on.headers["content-type"], sent_on.body.decode()


seen = [relay(data) for data in DATA]
print("subject: cloudevents", version("cloudevents"))
print("expected: ce-final: true;", *(json.dumps(data) for data in DATA), end=" ")
print("(CloudEvents 1.0.2, type system: true or false; HTTP binding 3.1.1: the body is of the type datacontenttype)")
print(f"seen:     ce-final: {seen[0][0]};", *(body for _final, _kind, body in seen), f"as {seen[0][1]}")
WANT = ['{"a": 1}', "7", "['a', 'b']", "a", "True"]
sys.exit(seen != [("True", "application/json", body) for body in WANT])
PY
