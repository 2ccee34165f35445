"""Read parts of a scheme that may have the wrong shape: whatever does not fit counts as empty. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from audits.schemes.problems import JsonPath

Complaint = tuple[JsonPath, str, dict[str, object]]
"""Path, message with `%(name)s` placeholders, and their values."""


def map_in(value: Any, *path: str) -> Mapping[str, Any]:
    """Return the map at a path inside `value`."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def maps_in(value: Any, *path: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the entries of the map at a path, each as code and map."""
    return [(key, map_in(item)) for key, item in map_in(value, *path).items()]


def list_in(value: Any) -> list[Any]:
    """Return the value if it is a list."""
    return value if isinstance(value, list) else []


def are_numbers(*values: Any) -> bool:
    """Return whether all values are numbers; true and false are none."""
    return all(isinstance(value, (int, Decimal)) and not isinstance(value, bool) for value in values)
