"""Lines of the log: one JSON object each, about a request or job, and without personal data."""

import json
import logging
import subprocess
import sys

import pytest

from portal.settings import ROOT
from portal.sight import logs


@pytest.fixture
def write():
    """Write a line of the log; return it as read back."""

    def write(event="an event", level=logging.INFO, exc_info=None, **extra):
        record = logging.getLogger("tests").makeRecord("tests", level, "here", 1, event, (), exc_info, extra=extra)
        return json.loads(logs.formatter("web", "json").format(record))

    yield write
    logs.end()


def test_a_line_names_process_request_and_values(write):
    logs.begin(request_id="0123456789abcdef")
    line = write(status=200, item={"audit_id": "7"})
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "an event",
        "level": "info",
        "logger": "tests",
        "process": "web",
        "request_id": "0123456789abcdef",
        "status": 200,
        "item": {"audit_id": "7"},
    }


def test_other_work_begins_without_the_values_of_earlier_work(write):
    logs.begin(request_id="0123456789abcdef", item_id="1")
    logs.begin(task="ledger.checkpoint")
    assert "request_id" not in write()
    logs.end()
    assert "task" not in write()


def caught(error):
    try:
        raise error
    except type(error):
        return sys.exc_info()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("invalid literal for int(): 'Jan Jansen'"), "ValueError: invalid literal for int(): …"),
        (OSError("550 jan@agency.example is unknown"), "OSError: 550 … is unknown"),
        (RuntimeError("duplicate key\nDETAIL:  Key (email)=(jan@agency.example)"), "RuntimeError: duplicate key"),
        (RuntimeError("Key (name)=(Jan Jansen) is there"), "RuntimeError: Key (name)=… is there"),
        (KeyError("name"), "KeyError: …"),
        (OSError(), "OSError"),
    ],
)
def test_an_exception_is_told_without_what_people_typed(write, error, words):
    line = write(exc_info=caught(error))
    assert line["error"] == words
    assert line["at"][-1].startswith("tests/unit/test_logs.py:")
    assert "Jan" not in json.dumps(line)
    assert "agency.example" not in json.dumps(line)


def test_the_causes_of_an_exception_are_told_as_briefly(write):
    try:
        try:
            raise ValueError("'Jan Jansen'")
        except ValueError as cause:
            raise RuntimeError("it failed") from cause
    except RuntimeError:
        line = write(exc_info=sys.exc_info())
    assert (line["error"], line["causes"]) == ("RuntimeError: it failed", ["ValueError: …"])


def test_addresses_of_people_are_hidden_wherever_they_stand(write):
    line = write("sent to jan@agency.example", server="at me:word@mail.example")
    assert (line["event"], line["server"]) == ("sent to …", "at …")


def test_developers_read_text(write):
    record = logging.getLogger("tests").makeRecord("tests", logging.INFO, "here", 1, "an event", (), None)
    assert "an event" in logs.formatter("web", "text").format(record)


def test_a_process_writes_one_line_per_event_whoever_writes_it():
    code = (
        "import logging, warnings; from portal.settings import Settings; from portal.sight import logs;"
        "logs.set_up('worker', Settings('d', 'r', 's'));"
        "logging.getLogger('strange').warning('two\\nlines'); warnings.warn('old');"
        "logging.getLogger('weasyprint').warning('content')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["process"] for line in lines] == ["worker", "worker"]
    assert lines[0]["event"] == "two\nlines"
