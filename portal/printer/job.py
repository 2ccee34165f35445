"""The arguments of `certificates.press.prepare` as JSON values, for the way to the printing process."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from certificates.documents.stages import DocumentKind
from certificates.press import Attached
from certificates.seal.sealing.placeholder import Placeholder

_MARK = "$"  # before the name of a type; no fact that is printed has such a name


def plain(value: Any) -> Any:
    """Return a value as JSON knows it; a value of another type becomes an object with the name of that type."""
    for kind, (write, _) in _TYPES.items():
        if isinstance(value, kind):
            return {_MARK + kind.__name__: plain(write(value))}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def read(value: Any) -> Any:
    """Return what `plain` was given."""
    if isinstance(value, list):
        return [read(each) for each in value]
    if not isinstance(value, dict):
        return value
    for kind, (_, make) in _TYPES.items():
        if value.keys() == {_MARK + kind.__name__}:
            return make(read(value[_MARK + kind.__name__]))
    return {name: read(each) for name, each in value.items()}


def _named(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _placeholder(named: dict[str, Any]) -> Placeholder:
    frozen: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in named.items()}
    return Placeholder(**frozen)


_TYPES: dict[type, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    bytes: (lambda data: b64encode(data).decode(), b64decode),
    datetime: (datetime.isoformat, datetime.fromisoformat),
    DocumentKind: (lambda kind: kind.value, DocumentKind),
    Path: (str, Path),
    Attached: (_named, lambda named: Attached(**named)),
    Placeholder: (_named, _placeholder),
}
