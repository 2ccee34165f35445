"""Open untrusted files. Only `portal.reader.host` imports this, in a process without settings and secrets."""

from collections.abc import Callable
from typing import Any

from portal.reader.room import catalogues, lists, norms, papers, pictures, seals
from portal.reader.room.refusal import RefusedError

__all__ = ["TASKS", "RefusedError"]

# Each takes the bytes of a file and JSON values, and returns JSON values.
TASKS: dict[str, Callable[..., Any]] = {
    "picture": pictures.check,
    "pdf": papers.check,
    "list": lists.lines,
    "norm": norms.problems,
    "catalogue": catalogues.draft,
    "seal": seals.examine_seal,
}
