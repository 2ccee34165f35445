#!/usr/bin/env bash
# standardwebhooks signs the digits of the clock, not the moment: 9:30 in Amsterdam gets another signature than 8:30 UTC.
# Why it matters: sign() takes a datetime and throws its offset away. A sender with its own time zone puts the right moment in
# the header and an hour more under the signature, so each of its calls is refused; one that uses UTC sees nothing.
# What we did: the signature is made from the very text of the header.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check standardwebhooks==1.1.0
"$work/venv/bin/python" - <<'PY'
import sys
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import version

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

BODY = '{"status": "suspended"}'
webhook = Webhook("whsec_a2V1cndlcmstZXhhbXBsZS1zZWNyZXQ=")


def outcome(moment):
    """Tell whether the library accepts what it signed, under a header with the seconds of the moment."""
    stamp, signature = str(int(moment.timestamp())), webhook.sign("msg_1", moment, BODY)
    try:
        webhook.verify(BODY, {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature})
    except WebhookVerificationError as error:
        return str(error)
    return "accepted"


now = datetime.now(UTC)
there = now.astimezone(timezone(timedelta(hours=1)))
same = webhook.sign("msg_1", now, BODY) == webhook.sign("msg_1", there, BODY)
seen = outcome(now), outcome(there)
print("subject: standardwebhooks", version("standardwebhooks"))
print("expected: one moment has one signature, and both calls are accepted (Standard Webhooks: seconds since the epoch)")
print(f"seen:     same moment: {now == there}; same signature: {same}; in UTC: {seen[0]}; at +01:00: {seen[1]}")
sys.exit((same, seen) != (False, ("accepted", "No matching signature found")))
PY
