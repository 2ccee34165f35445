"""The process that prints what people wait for: the same paper as the press, and no web process loads it."""

import json
import os
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audits.core.errors import RuleError
from certificates import press
from certificates.documents.stages import DocumentKind
from certificates.press import Attached
from certificates.seal.sealing.placeholder import Placeholder
from portal.printer.client import Printer, PrinterError
from portal.printer.host import _waits
from portal.printer.job import plain, read
from portal.sidecar.lanes import SHELL
from tests.kit import snapshot

KIND = DocumentKind.REGISTER_EXTRACT
ROOM = Placeholder(datetime(2027, 3, 1, 14, 3, tzinfo=UTC), "Stichting É", 4096, (b"\x30\x01",), (b"\x02",), (b"\xff",))
FILES = [Attached("a.txt", b"\x00\xe9", "text/plain", "Some é")]


@pytest.fixture(scope="module")
def printer():
    made = Printer(SHELL)
    yield made
    made.stop()


def ways(**more):
    return {"language": "nl", "fonts": press.FONTS, "compiled": True, "attachments": FILES, **more}


@pytest.mark.parametrize("compiled", [True, False])
def test_it_prints_what_the_press_prints(printer, compiled):
    facts = snapshot.register_extract()
    printed = printer.prepare(KIND, facts, ROOM, **ways(compiled=compiled))
    assert printed == press.prepare(KIND, facts, ROOM, **ways(compiled=compiled))


def test_a_job_arrives_as_it_was_sent():
    job = {"kind": KIND, "snapshot": {"a": [1, None, {}, {"b": "é"}]}, "placeholder": ROOM, **ways()}
    assert read(json.loads(json.dumps(plain(job)))) == job


def test_a_letter_that_cannot_be_printed_is_named(printer):
    facts = snapshot.register_extract(legal_name="東 B.V.")
    with pytest.raises(RuleError) as ours:
        press.prepare(KIND, facts, ROOM, **ways())
    with pytest.raises(RuleError) as theirs:
        printer.prepare(KIND, facts, ROOM, **ways())
    assert str(theirs.value) == str(ours.value)


def test_what_cannot_be_printed_is_a_failure_and_the_next_one_is_printed(printer):
    with pytest.raises(PrinterError, match="PressError"):
        printer.prepare(KIND, {}, ROOM, **ways())
    with pytest.raises(PrinterError):
        printer.prepare(KIND, snapshot.register_extract(), ROOM, **ways(fonts=Path("/nowhere")))
    assert printer.prepare(KIND, snapshot.register_extract(), ROOM, **ways())


def test_it_is_started_again_when_it_is_gone(printer):
    printer.prepare(KIND, snapshot.register_extract(), ROOM, **ways())
    os.kill(printer._process.pid, signal.SIGKILL)
    printer._process.wait()
    assert printer.prepare(KIND, snapshot.register_extract(), ROOM, **ways())


def test_it_has_no_secrets_and_ends_with_the_last_one_who_could_ask(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s")
    ours = Printer(SHELL)
    ours.prepare(KIND, snapshot.register_extract(), ROOM, **ways())
    process = ours._process
    assert b"SECRET_KEY" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    ours.stop()
    assert process.returncode == 0


def test_a_caller_who_hung_up_is_not_printed_for():
    caller, other = socket.socketpair()
    with caller:
        assert _waits(caller)
        other.close()
        assert not _waits(caller)
