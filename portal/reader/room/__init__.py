"""Open untrusted files. Only `portal.reader.host` imports this, in a process without settings and secrets."""

from collections.abc import Callable
from typing import Any

from portal.reader.room import catalogues, copies, judging, lists, norms, seals, sheets, tables
from portal.reader.room.refusal import RefusedError

__all__ = ["TASKS", "RefusedError"]

# Each takes the bytes of a file and JSON values, and returns JSON values.
TASKS: dict[str, Callable[..., Any]] = {
    "upload": judging.judge,
    "copy": copies.copy,
    "list": lists.lines,
    "cells": sheets.cells,
    "table": tables.table,
    "norm": norms.values,
    "catalogue": catalogues.draft,
    "seal": seals.examine_seal,
}
