"""What must hold when the storm is over and all work is done."""

import json
import subprocess
import sys
from collections.abc import Iterable, Set
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text

from audits.applications.models import Evidence
from audits.core import clock
from certificates.documents.models import Document
from certificates.ledger.notes import Vkey
from certificates.ledger.verify import problems
from portal.settings import ROOT, current_settings
from portal.signing import ledger
from portal.signing.keys import current_keys
from portal.stores import database, files
from tests.chaos.house import House
from tests.chaos.person import Person, until
from tests.machines.invariants import ALWAYS, AT_REST, broken
from tests.machines.office import Office

RETRIED = "no work failed but for what was made to fail"  # here real work fails, and is done again


def finish(app: Flask) -> None:
    """Wait until the workers have done all; what waits for its next attempt gets it now."""
    office = Office(app)

    def done() -> bool:
        if office.waiting():
            with app.app_context(), database.write() as session:
                soon = {"soon": clock.now() - timedelta(minutes=1)}
                session.execute(text("UPDATE outbox SET due_at = :soon WHERE done_at IS NULL AND due_at > :soon"), soon)
            return False
        return True

    until(done)


def assert_whole(app: Flask, but: Set[str] = frozenset()) -> None:
    """Every promise holds but these, every named file is there, and the log is what a new computation gives."""
    with app.app_context():
        session = database.read()
        kept = {name: what for name, what in (ALWAYS | AT_REST).items() if name not in {RETRIED, *but}}
        assert broken(session, kept) == []
        for named in (Evidence.sha256, Document.sha256):
            assert all(files.store().get(sha256) for sha256 in session.scalars(select(named)))
        origin = ledger.origin(current_settings())
        keys = [Vkey.of(origin, key) for key in current_keys().ledger_public]
        assert list(problems(session, origin, keys)) == []


def wait_for_head(house: House, size: int) -> Person:
    """Wait until a head of a log of this size or more is signed; return who saw it."""
    visitor = Person(house.settings.base_url)
    until(lambda: int(visitor.page("/ledger/checkpoint")[1].splitlines()[1]) >= size)
    return visitor


def assert_one_log(house: House, heads: Iterable[str], certificates: int) -> None:
    """Every head that was ever seen is one of the log of today, says the verifier that shares no code with us."""
    visitor = wait_for_head(house, certificates)
    archive = house.seen / "dump.zip"
    archive.write_bytes(visitor.download("/ledger/dump.zip"))
    for number, head in enumerate(heads):
        since = house.seen / f"head-{number}"
        since.write_text(head)
        command = [sys.executable, "bin/keurwerk-verify", str(archive), "--since", str(since), "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)
