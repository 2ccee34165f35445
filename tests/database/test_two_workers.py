"""Two workers on one outbox, one queue and the same periodic tasks: nothing twice, nothing side by side."""

import os
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import outbox
from audits.core.numbering import Counter as Series
from audits.core.outbox import OutboxItem
from portal.host.processes import starter, stop
from portal.settings import ROOT
from portal.stores import queue
from portal.stores.roles import WORKER
from tests.kit.waiting import until

ITEMS = 150
# The worker, with handlers and a periodic task that leave a line each time that they run, whatever is rolled back.
WORKING = """
import os, sys, time
from datetime import timedelta
from pathlib import Path
from audits.core import numbering
from portal.work import jobs, schedule, worker

lines = Path(sys.argv[1])

def note(*words):
    with lines.open("a") as file:
        file.write(" ".join(map(str, (*words, os.getpid()))) + "\\n")

def meet(session, payload):
    note("met")
    while len({line for line in lines.read_text().splitlines() if line.startswith("met")}) < 2:
        time.sleep(0.01)  # for the other worker, which takes the other item

def count(session, payload):
    note("item", payload["word"])
    numbering.next_number(session, "two workers")

def task(session):
    note("begin")
    numbering.next_number(session, "one task")
    note("end")

jobs.HANDLERS |= {"meet": meet, "count": count}
jobs.LATE = timedelta(0)  # the sweep announces again what waits, and what is being done
schedule.run_due.__defaults__ = ((schedule.PeriodicTask("test", timedelta(0), task),),)
worker.SWEEP_SECONDS = 0.02
worker.main()
"""


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "lines"
    path.touch()
    return lambda *kinds: [line.split() for line in path.read_text().splitlines() if line.split()[0] in kinds]


@pytest.fixture
def own_queue(servers, worker_id):
    """A queue that no other test process listens to."""
    found = queue.open_queue(
        f"{servers.redis_url.partition('?')[0]}?db={8 + int(worker_id.strip('gwmaster') or 0) % 8}"
    )
    found.empty()
    yield found
    found.empty()


@pytest.fixture
def workers(real_db, servers, own_queue, tmp_path):
    url = real_db.url.render_as_string(hide_password=False)
    options = own_queue.connection.connection_pool.connection_kwargs
    env = {
        "DATABASE_URL": servers.url_as(url, WORKER),
        "REDIS_URL": f"{servers.redis_url.partition('?')[0]}?db={options['db']}",
        "SECRET_KEY": "a key for tests alone, of many letters",
        "STORAGE_URL": (tmp_path / "files").as_uri(),
        "MAIL_URL": (tmp_path / "mail").as_uri(),
        "SEAL_DIR": str(tmp_path / "seal"),
        "METRICS_DIR": str(tmp_path / "metrics"),
    }
    with (tmp_path / "log").open("wb") as log:
        running = [
            subprocess.Popen(
                [sys.executable, "-c", WORKING, str(tmp_path / "lines")],
                cwd=ROOT,
                env=dict(os.environ) | env,
                stdout=log,
                stderr=log,
                preexec_fn=starter(),
            )
            for _ in range(2)
        ]
        yield running
        for each in running:
            stop(each)


def add(engine, own_queue, kind, many):
    """Items, each announced three times in a row, so that both workers are given it at about the same time."""
    with Session(engine) as session:
        for word in range(many):
            outbox.enqueue(session, kind, word=word)
        added = outbox.take_enqueued(session)
        session.commit()
    for item in (item for item in added for _ in range(3)):
        own_queue.enqueue("portal.work.jobs.deliver", str(item), result_ttl=0)


def waiting(engine):
    with Session(engine) as session:
        return session.scalars(select(OutboxItem.id).where(OutboxItem.done_at.is_(None))).first()


def pids(noted):
    return {words[-1] for words in noted}


def test_nothing_is_done_twice_or_side_by_side(real_db, own_queue, workers, lines):
    add(real_db, own_queue, "meet", 2)
    until(lambda: waiting(real_db) is None)  # each worker has one
    add(real_db, own_queue, "count", ITEMS)
    until(lambda: waiting(real_db) is None and not own_queue.count)
    until(lambda: len(pids(lines("begin"))) == 2)
    runs = lines("begin", "end")
    for each in workers:
        assert each.poll() is None
        stop(each)
    assert len(lines("met")) == 2
    assert Counter(words[1] for words in lines("item")) == {str(word): 1 for word in range(ITEMS)}
    assert len(pids(lines("item"))) == 2
    for begun, ended in zip(runs[::2], runs[1::2], strict=False):
        assert (begun[0], ended[0], begun[1]) == ("begin", "end", ended[1])
    with Session(real_db) as session:
        assert session.get(Series, "two workers").last == ITEMS
