"""Compare two versions of a scheme, requirement by requirement. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from audits.schemes.text import Requirement, SchemeText


class ChangeKind(StrEnum):
    """Kinds of change to a requirement, by the gravest."""

    ADDED = "added"
    REMOVED = "removed"
    SEVERITY_CHANGED = "severity_changed"
    REWORDED = "reworded"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement in two versions; `differs` names the changed fields."""

    code: str
    kind: ChangeKind
    old: Requirement | None
    new: Requirement | None
    differs: tuple[str, ...] = ()


def compare(old: SchemeText, new: SchemeText) -> list[Change]:
    """Return one change per requirement of either version: in the order of the new one, then the removed ones."""
    return list(
        _changes({item.code: item for item in old.requirements}, {item.code: item for item in new.requirements})
    )


def _changes(old: dict[str, Requirement], new: dict[str, Requirement]) -> Iterator[Change]:
    for code, item in new.items():
        before = old.get(code)
        if before is None:
            yield Change(code, ChangeKind.ADDED, None, item)
        else:
            differs = tuple(f.name for f in fields(item) if getattr(before, f.name) != getattr(item, f.name))
            yield Change(code, _kind(differs), before, item, differs)
    for code, gone in old.items():
        if code not in new:
            yield Change(code, ChangeKind.REMOVED, gone, None)


def _kind(differs: tuple[str, ...]) -> ChangeKind:
    if "severity" in differs:
        return ChangeKind.SEVERITY_CHANGED
    return ChangeKind.REWORDED if differs else ChangeKind.UNCHANGED
