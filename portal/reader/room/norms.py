"""Validate the YAML of a scheme version."""

from dataclasses import asdict
from typing import Any

from audits.questions.conditions import cel
from audits.schemes.checks import validators
from audits.schemes.problems import SchemeError
from audits.schemes.source import values_of
from portal.reader.room.refusal import RefusedError

# Now, and not with the first norm: a process that is confined loads no library.
cel()
validators()


def values(data: bytes) -> dict[str, Any]:
    """Return the values of a valid norm, or all its problems with their places."""
    try:
        return {"values": values_of(data.decode("utf-8")), "problems": []}
    except UnicodeDecodeError as error:
        raise RefusedError("no text") from error
    except SchemeError as error:
        problems = [asdict(problem) | {"params": _plain(problem.params)} for problem in error.problems]
        return {"values": None, "problems": problems}


def _plain(params: Any) -> dict[str, Any]:
    return {key: value if isinstance(value, int | str) else str(value) for key, value in params.items()}
