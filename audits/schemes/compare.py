"""Compare two versions of a scheme: requirement by requirement, and everything that judges them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from audits.schemes.text import Requirement, SchemeText
from audits.schemes.words import Text

_JUDGED_BY = frozenset({"level", "unit", "judgement", "assessed", "asked_if", "measured"})
_OWN = frozenset({"version", "valid_from", "sha256", "requirements", "edition"})  # always differ, or compared apart


class ChangeKind(StrEnum):
    """Kinds of change to a requirement, by the gravest."""

    ADDED = "added"
    REMOVED = "removed"
    SEVERITY_CHANGED = "severity_changed"
    JUDGED_OTHERWISE = "judged_otherwise"
    REWORDED = "reworded"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement in two versions, under its new code if it has one; `differs` names the changed fields."""

    code: str
    kind: ChangeKind
    old: Requirement | None
    new: Requirement | None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One value outside the requirements that differs; None stands for a value that one version does not have."""

    path: str  # codes and names, as in `severities.major.points`
    old: Any
    new: Any


def compare(old: SchemeText, new: SchemeText) -> list[Change]:
    """Return one change per requirement of either version: in the order of the new one, then the removed ones."""
    renamed = _renamed(old, new)
    before = {renamed.get(item.code, item.code): item for item in old.requirements}
    return list(_changes(before, {item.code: item for item in new.requirements}))


def compare_rules(old: SchemeText, new: SchemeText) -> list[RuleChange]:
    """Return what else differs: points, thresholds, terms, sizes, kinds of audit, grounds, agreement, every text."""
    before, after = _values(old), _values(new)
    paths = dict.fromkeys((*after, *before))
    changes = (RuleChange(path, before.get(path), after.get(path)) for path in paths)
    return [change for change in changes if change.old != change.new]


def _values(version: SchemeText) -> dict[str, Any]:
    named = ((item.name, getattr(version, item.name)) for item in fields(version) if item.name not in _OWN)
    return {path: leaf for name, value in named for path, leaf in _leaves(name, value)}


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the plain values below a value, with their paths."""
    parts = _parts(value)
    if parts is None:
        yield path, value
        return
    for key, part in parts:
        yield from _leaves(f"{path}.{key}", part)


def _parts(value: Any) -> Iterable[tuple[str, Any]] | None:
    """Return the parts of a value that has parts; a text is one value."""
    if isinstance(value, Text):
        return None
    if is_dataclass(value):
        return [(item.name, getattr(value, item.name)) for item in fields(value)]
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, tuple):
        return [(str(getattr(item, "code", place)), item) for place, item in enumerate(value)]
    return None


def _renamed(old: SchemeText, new: SchemeText) -> Mapping[str, str]:
    steps = new.cycle.transition if new.cycle else ()
    return next((step.renamed for step in steps if step.from_version == old.version), {})


def _changes(old: dict[str, Requirement], new: dict[str, Requirement]) -> Iterator[Change]:
    for code, item in new.items():
        before = old.get(code)
        if before is None:
            yield Change(code, ChangeKind.ADDED, None, item)
        else:
            names = (f.name for f in fields(item))
            differs = tuple(name for name in names if getattr(before, name) != getattr(item, name))
            yield Change(code, _kind(differs), before, item, differs)
    for code, gone in old.items():
        if code not in new:
            yield Change(code, ChangeKind.REMOVED, gone, None)


def _kind(differs: tuple[str, ...]) -> ChangeKind:
    if "severity" in differs:
        return ChangeKind.SEVERITY_CHANGED
    if _JUDGED_BY.intersection(differs):
        return ChangeKind.JUDGED_OTHERWISE
    return ChangeKind.REWORDED if differs else ChangeKind.UNCHANGED
