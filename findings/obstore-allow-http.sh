#!/usr/bin/env bash
# obstore forgets AWS_ALLOW_HTTP of the environment as soon as it is given any client option, such as a time-out.
# Why it matters: a store in one's own rack often speaks plain http. It works in a trial of three lines; with the time-outs
# that a portal needs every call fails within microseconds, with the words "builder error".
# What follows: allow_http has to stand beside the time-outs; the environment alone is not enough.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check obstore==0.12.1
"$work/venv/bin/python" - <<'PY'
import http.server
import os
import sys
import threading
from importlib.metadata import version

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store


class Bucket(http.server.BaseHTTPRequestHandler):
    """A bucket with two bytes at every address."""

    asked = 0

    def do_GET(self):
        Bucket.asked += 1
        self.send_response(200)
        for name, value in (("Content-Length", "2"), ("ETag", '"1"'), ("Last-Modified", "Mon, 02 Mar 2026 09:00:00 GMT")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ |= {
    "AWS_ALLOW_HTTP": "true",
    "AWS_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def fetch(**how):
    before = Bucket.asked
    try:
        obstore.get(S3Store("bucket", retry_config={"max_retries": 0}, **how), "file").bytes()
    except BaseError as error:
        return "builder error" if "builder error" in str(error) and Bucket.asked == before else str(error)
    return "read"


seen = {
    "no options": fetch(),
    "a time-out": fetch(client_options={"timeout": "5s"}),
    "a time-out and allow_http": fetch(client_options={"timeout": "5s", "allow_http": True}),
}
print("subject: obstore", version("obstore"), "with AWS_ALLOW_HTTP=true")
print("expected:", "; ".join(f"{how}: read" for how in seen))
print("seen:    ", "; ".join(f"{how}: {outcome}" for how, outcome in seen.items()))
sys.exit(list(seen.values()) != ["read", "builder error", "read"])
PY
