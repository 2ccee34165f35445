"""Parse a safe subset of YAML: maps, lists and scalars, each with its place. No tags, anchors or aliases."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from audits.core.errors import N_
from audits.schemes.problems import JsonPath, Problem

LARGEST = 8_000_000  # bytes; a catalogue of some thousand controls
DEEPEST = 12

# Wheels of PyYAML contain libyaml; without it the slower Python parser does the same.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})\.[0-9]{1,9}")
_WORDS = {"": None, "null": None, "true": True, "false": False}


@dataclass
class Reading:
    """The result of parsing. `places` gives (line, column), from 1, of the key or item at each path."""

    data: Any = None
    places: dict[JsonPath, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: JsonPath, message: str, **params: object) -> None:
        """Add a problem at the place of `path`, or of its nearest parent in the text."""
        known = path
        while known and known not in self.places:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        self.problems.append(Problem(line, column, path, message, params))


def read(text: str) -> Reading:
    """Parse one YAML document; its errors are in `problems`."""
    reading = Reading()
    try:
        if len(text.encode()) > LARGEST:
            reading.complain((), N_("The text is larger than %(limit)s bytes."), limit=LARGEST)
        elif _is_plain(text, reading):
            node = yaml.compose(text, Loader=_LOADER)
            reading.data = _value(node, (), reading) if node is not None else None
    except UnicodeEncodeError:
        reading.complain((), N_("The text holds characters that cannot be stored."))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        detail = getattr(error, "problem", None) or getattr(error, "reason", "")
        reading.problems.append(Problem(*_at(mark), (), N_("This is not valid YAML: %(detail)s"), {"detail": detail}))
    return reading


def _is_plain(text: str, reading: Reading) -> bool:
    """Return whether it has only maps, lists and scalars. Works on parser events, before aliases could expand."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        message = _refusal(event, depth)
        if message:
            reading.problems.append(Problem(*_at(event.start_mark), (), message, {}))
            return False
    return True


def _refusal(event: yaml.Event, depth: int) -> str | None:
    if depth > DEEPEST:
        return N_("This is nested too deeply.")
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        return N_("Anchors and aliases are not allowed.")
    if getattr(event, "tag", None) is not None:
        return N_("Tags are not allowed.")
    return None


def _value(node: yaml.Node, path: JsonPath, reading: Reading) -> Any:
    reading.places.setdefault(path, _at(node.start_mark))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, reading)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, place), reading) for place, item in enumerate(node.value)]
    return node.value if isinstance(node, yaml.ScalarNode) and node.style else _scalar(node.value)


def _mapping(node: yaml.MappingNode, path: JsonPath, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line_column = _at(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            reading.problems.append(Problem(*line_column, path, N_("A key must be a plain word."), {}))
            continue
        place = (*path, key_node.value)
        if key_node.value in found:
            first, _ = reading.places[place]
            message = N_("%(key)s stands here twice; it is on line %(first)s too.")
            params = {"key": key_node.value, "first": first}
            reading.problems.append(Problem(*line_column, place, message, params))
            continue
        reading.places[place] = line_column
        found[key_node.value] = _value(value_node, place, reading)
    return found


def _scalar(text: str) -> Any:
    """Convert a scalar by the YAML 1.2 core schema: no dates, no sexagesimals, and `no` is a string."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def _at(mark: Any) -> tuple[int, int]:
    """Return line and column from 1; the parser counts from 0, and gives no mark for some errors."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
