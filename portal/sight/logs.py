"""Structured logs: one JSON line per event, or text for developers.

Modules write with `logging` and put values in `extra`. Every line names the process and the request or job it is about.
No line holds personal data or content: of an exception only the type, the place and a shortened message are written.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any

import structlog
from structlog.types import Processor

from portal.settings import ROOT, Settings

LONGEST = 300  # characters of a shortened message
# These write about documents that they work on, which hold names.
CHATTY = ("weasyprint", "fontTools", "pyhanko", "pyhanko_certvalidator", "alembic")

_json = json.JSONEncoder(ensure_ascii=False, default=str).encode  # json.dumps would make one for each line
_EMAIL = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|(?<==)\([^)]*\)")

_OF_RECORDS = {*logging.makeLogRecord({}).__dict__, "message", "asctime"}  # anything else was put into `extra`
_values: ContextVar[Mapping[str, object]] = ContextVar("of every line")

Line = MutableMapping[str, Any]


def set_up(process: str, settings: Settings) -> None:
    """Send the logs of this process to standard error, in the form that LOG_FORMAT names. For entry points."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(process, settings.log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
    # What no line names need not be looked up for each line.
    logging._srcfile = None  # noqa: SLF001  # as the documentation of logging advises
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def formatter(process: str, form: str) -> logging.Formatter:
    """Return a formatter for the lines of a process; `form` is `json` or `text`."""
    if form != "text":
        return _Json(process)

    def name_process(_: Any, __: str, line: Line) -> Line:
        line["process"] = process
        return line

    gather: list[Processor] = [
        lambda _, __, line: {**line, **values()},
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        name_process,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_addresses,
    ]
    write = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=gather, processors=[remove, write])


class _Json(logging.Formatter):
    """Writes a line as JSON at once: a chain of steps for it takes three times as long, with every request."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {"event": record.getMessage(), **values()}
        line |= {"level": record.levelname.lower(), "logger": record.name}
        line |= {name: value for name, value in record.__dict__.items() if name not in _OF_RECORDS}
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")
        line |= {"process": self._process, "timestamp": f"{moment[:-6]}Z"}
        _hide_addresses(None, "", line)
        if record.exc_info:
            _shorten_exception(record.exc_info, line)
        return _json(line)


def begin(**of_lines: object) -> None:
    """Add these values to every line of this thread from now on, in place of those of earlier work."""
    _values.set(of_lines)


def add(**of_lines: object) -> None:
    """Add more values to those of `begin`."""
    _values.set({**values(), **of_lines})


def end() -> None:
    """Forget the values that `begin` added."""
    _values.set({})


def values() -> Mapping[str, object]:
    """Return the values that every line has now."""
    return _values.get({})


def shortened(error: BaseException) -> str:
    """Return type and first line of an exception, without addresses of people and without quoted values.

    A database puts rows into its messages, a mail server addresses, and Python the text that it could not read.
    """
    first = str(error).strip().partition("\n")[0]
    words = _QUOTED.sub("…", _EMAIL.sub("…", first))[:LONGEST]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _hide_addresses(_: Any, __: str, line: Line) -> Line:
    for key, value in line.items():
        if isinstance(value, str) and "@" in value:
            line[key] = _EMAIL.sub("…", value)
    return line


def _shorten_exception(found: tuple[object, ...], line: Line) -> None:
    error = found[1]
    if isinstance(error, BaseException):
        line["error"] = shortened(error)
        line["causes"] = [shortened(cause) for cause in _causes(error)]
        line["at"] = _places(error.__traceback__)


def _causes(error: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    while (cause := error.__cause__ or error.__context__) is not None and cause not in causes:
        causes.append(cause)
        error = cause
    return causes


def _places(trace: TracebackType | None) -> list[str]:
    """Return file, line and function of each frame, the innermost last."""
    return [f"{_short_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in extract_tb(trace)]


def _short_path(name: str) -> str:
    path = Path(name)
    if path.is_relative_to(ROOT):
        path = path.relative_to(ROOT)
    return str(path).rpartition("site-packages/")[2]
