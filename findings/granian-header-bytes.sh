#!/usr/bin/env bash
# A header with one letter beyond ASCII reaches a WSGI application under granian as an empty text.
# Why it matters: a proxy that checks certificates or signs people in hands their name over in a header, and names have
# accents. HTTP allows such bytes, and WSGI says that each becomes one character (ISO 8859-1); here the value is gone, and
# an application cannot tell "nobody" from "Zoë". Another server hands all bytes over.
# What we did: the portal signs people in itself and takes no name from a header.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${granian:-}" "${gunicorn:-}" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check granian==2.8.7 gunicorn==27.0.1
cat > echo.py <<'PY'
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [ascii(environ.get("HTTP_X_PERSON")).encode()]
PY
free() { venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
one=$(free) two=$(free)
venv/bin/granian --interface wsgi --host 127.0.0.1 --port "$one" --blocking-threads 2 echo:app > granian.log 2>&1 &
granian=$!
venv/bin/gunicorn --bind "127.0.0.1:$two" echo:app > gunicorn.log 2>&1 &
gunicorn=$!
venv/bin/python - "$one" "$two" <<'PY'
import http.client
import sys
import time
from importlib.metadata import version


def ask(port, person):
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/", headers={"X-Person": person})
            return connection.getresponse().read().decode()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise SystemExit("no server came up")


ports = {"granian": int(sys.argv[1]), "gunicorn": int(sys.argv[2])}
people = {"Zoe": b"Zoe", "Zoë in ISO 8859-1": "Zoë".encode("latin-1"), "Zoë in UTF-8": "Zoë".encode()}
seen = {server: [ask(port, sent) for sent in people.values()] for server, port in ports.items()}
print(f"subject: granian {version('granian')} (beside gunicorn {version('gunicorn')})")
print("expected:", "; ".join(f"{name}: {ascii(sent.decode('latin-1'))}" for name, sent in people.items()))
for server, answers in seen.items():
    print(f"seen:     {server}:", "; ".join(f"{name}: {answer}" for name, answer in zip(people, answers, strict=True)))
right = [ascii(sent.decode("latin-1")) for sent in people.values()]
sys.exit((seen["granian"], seen["gunicorn"]) != (["'Zoe'", "''", "''"], right))
PY
