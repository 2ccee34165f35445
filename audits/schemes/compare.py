"""Compare two versions of a scheme: requirement by requirement, and everything that judges them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from audits.schemes.cycle import Transition
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


class Upgrade(StrEnum):
    """What becomes of requirements when a case goes on under a later version."""

    UNCHANGED = "unchanged"
    REWORDED = "reworded"  # or judged otherwise: an answer has to be looked at again
    MERGED = "merged"
    SPLIT = "split"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class UpgradeStep:
    """Requirements of the earlier version, and those that they are in the later one."""

    kind: Upgrade
    before: tuple[str, ...]
    after: tuple[str, ...]


def compare(old: SchemeText, new: SchemeText) -> list[Change]:
    """Return one change per requirement of either version: in the order of the new one, then the removed ones.

    A requirement that was merged is compared with the first of those that it was made of.
    """
    before = {code: items[0] for code, items in _sources(old, new).items()}
    return list(_changes(before, {item.code: item for item in new.requirements}))


def differences(change: Change) -> list[RuleChange]:
    """Return every value of a requirement that differs, with its path; of a new or removed one all its values."""
    before, after = dict(_leaves(change.code, change.old)), dict(_leaves(change.code, change.new))
    paths = (path for path in dict.fromkeys((*after, *before)) if path != change.code)
    changes = (RuleChange(path, before.get(path), after.get(path)) for path in paths)
    return [each for each in changes if each.old != each.new]


def upgrade_map(old: SchemeText, new: SchemeText) -> list[UpgradeStep]:
    """Return what becomes of each requirement: in the order of the later version, then those that are gone."""
    kinds = {change.code: change.kind for change in compare(old, new)}
    made_of = _sources(old, new)
    sources = {item.code: [each.code for each in made_of[item.code]] for item in new.requirements}
    steps = {(tuple(before), _parts_of(old, new, before, code)): code for code, before in sources.items()}
    found = [
        UpgradeStep(_upgrade(before, after, kinds[code]), before, after) for (before, after), code in steps.items()
    ]
    kept = {code for before in sources.values() for code in before}
    return [
        *found,
        *(UpgradeStep(Upgrade.GONE, (each.code,), ()) for each in old.requirements if each.code not in kept),
    ]


def codes_after(old: SchemeText, new: SchemeText, code: str) -> tuple[str, ...]:
    """Return the codes that a requirement of the earlier version has in the later one; maybe one that is not there."""
    step = _step(old, new)
    return step.codes_after(code) if step else (code,)


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


def _step(old: SchemeText, new: SchemeText) -> Transition | None:
    steps = new.cycle.transition if new.cycle else ()
    return next((step for step in steps if step.from_version == old.version), None)


def _sources(old: SchemeText, new: SchemeText) -> defaultdict[str, list[Requirement]]:
    """Return the requirements of the earlier version by the codes that they have in the later one."""
    found = defaultdict[str, list[Requirement]](list)
    for item in old.requirements:
        for code in codes_after(old, new, item.code):
            found[code].append(item)
    return found


def _parts_of(old: SchemeText, new: SchemeText, before: list[str], code: str) -> tuple[str, ...]:
    """Return a requirement with those that were split off from the same one."""
    return codes_after(old, new, before[0]) if len(before) == 1 else (code,)


def _upgrade(before: tuple[str, ...], after: tuple[str, ...], change: ChangeKind) -> Upgrade:
    if not before:
        return Upgrade.NEW
    if len(before) > 1 or len(after) > 1:
        return Upgrade.MERGED if len(before) > 1 else Upgrade.SPLIT
    return Upgrade.UNCHANGED if change is ChangeKind.UNCHANGED and before == after else Upgrade.REWORDED


def _changes(old: Mapping[str, Requirement], new: Mapping[str, Requirement]) -> Iterator[Change]:
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
