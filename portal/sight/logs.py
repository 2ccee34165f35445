"""Structured logs: one JSON line per event, or text for developers.

Modules write with `logging` and put values in `extra`. Every line names the process and the request or job it is about.
No line holds personal data or content: of an exception only the type, the place and a shortened message are written.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars
from structlog.types import Processor

from portal.settings import ROOT, Settings

LONGEST = 300  # characters of a shortened message
# These write about documents that they work on, which hold names.
CHATTY = ("weasyprint", "fontTools", "pyhanko", "pyhanko_certvalidator", "alembic")

_json = json.JSONEncoder(ensure_ascii=False, default=str).encode  # json.dumps would make one for each line
_EMAIL = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|(?<==)\([^)]*\)")

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

    def name_process(_: Any, __: str, line: Line) -> Line:
        line["process"] = process
        return line

    gather: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        name_process,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_addresses,
    ]
    write: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if form == "text"
        else [_shorten_exception, _write_json]
    )
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=gather, processors=[remove, *write])


def _write_json(_: Any, __: str, line: Line) -> str:
    return _json(line)


def begin(**values: object) -> None:
    """Add these values to every line of this thread from now on, in place of those of earlier work."""
    clear_contextvars()
    bind_contextvars(**values)


def add(**values: object) -> None:
    """Add more values to those of `begin`."""
    bind_contextvars(**values)


def end() -> None:
    """Forget the values that `begin` added."""
    clear_contextvars()


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


def _shorten_exception(_: Any, __: str, line: Line) -> Line:
    found = line.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["error"] = shortened(error)
        line["causes"] = [shortened(cause) for cause in _causes(error)]
        line["at"] = _places(error.__traceback__)
    return line


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
