"""Validate the YAML of a scheme version."""

from dataclasses import asdict
from typing import Any

from audits.schemes.problems import SchemeError
from audits.schemes.source import parse
from portal.reader.room.refusal import RefusedError


def problems(data: bytes) -> list[dict[str, Any]]:
    """Return all problems with their places; empty for a valid norm."""
    try:
        parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RefusedError("no text") from error
    except SchemeError as error:
        return [asdict(problem) | {"params": _plain(problem.params)} for problem in error.problems]
    return []


def _plain(params: Any) -> dict[str, Any]:
    return {key: value if isinstance(value, int | str) else str(value) for key, value in params.items()}
