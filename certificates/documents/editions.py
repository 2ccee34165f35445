"""Say what a report says otherwise than the one before it. Pure; both are facts as they were printed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Facts = Mapping[str, Any]


class Part(StrEnum):
    """Parts of a report that can differ."""

    SUMMARY = "summary"
    SCORE = "score"
    FINDING = "finding"
    GRADE = "grade"
    POINTS = "points"
    COUNTS = "counts"
    OBSERVED = "observed"
    JUDGED = "judged_reason"
    PICTURES = "pictures"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that differs; `code` is that of the requirement, or empty. An empty text: it was or is not there."""

    part: Part
    code: str
    before: str
    after: str


def differences(before: Facts, after: Facts) -> list[Difference]:
    """Return what differs, the report as a whole first, then by finding, then by requirement."""
    whole = [
        Difference(part, "", str(before[part]), str(after[part]))
        for part in (Part.SUMMARY, Part.SCORE)
        if before[part] != after[part]
    ]
    old, new = _findings(before["findings"]), _findings(after["findings"])
    codes = sorted(old.keys() | new.keys())
    found = [each for key in codes for each in _of_finding(key[0], old.get(key), new.get(key))]
    said, says = _verdicts(before), _verdicts(after)
    verdicts = [
        Difference(Part.VERDICT, code, said.get(code, ""), word)
        for code, word in says.items()
        if said.get(code) != word
    ]
    return [*whole, *found, *verdicts]


def _findings(listed: Sequence[Facts]) -> dict[tuple[str, int], Facts]:
    """Return findings by requirement and by place among those on it: their numbers are given anew each time."""
    seen: Counter[str] = Counter()
    found = {}
    for each in listed:
        found[each["code"], seen[each["code"]]] = each
        seen[each["code"]] += 1
    return found


def _of_finding(code: str, before: Facts | None, after: Facts | None) -> Iterator[Difference]:
    if before is None or after is None:
        yield Difference(Part.FINDING, code, _whole(before), _whole(after))
        return
    for part in (Part.GRADE, Part.POINTS, Part.COUNTS, Part.OBSERVED, Part.JUDGED, Part.PICTURES):
        was, now = _part(before, part), _part(after, part)
        if was != now:
            yield Difference(part, code, was, now)


def _whole(finding: Facts | None) -> str:
    return f"{finding['grade']}: {finding['observed']}" if finding else ""


def _part(finding: Facts, part: Part) -> str:
    if part is Part.COUNTS:
        return _counts(finding)
    if part is Part.JUDGED:
        return ": ".join(str(finding[name]) for name in ("judged", "judged_reason") if finding.get(name))
    if part is Part.PICTURES:  # a report of an older release names none
        return "; ".join(
            ": ".join(filter(None, (each["reference"], each["caption"]))) for each in finding.get(part, ())
        )
    return str(finding[part])


def _counts(item: Facts) -> str:
    """Return how many fell short of how many; of confidential units no more than the report says itself."""
    assessed, nonconforming, few = item["assessed"], item["nonconforming"], item.get("fewer_than")
    if assessed is None:
        return f"< {few}"
    return f"< {few} / {assessed}" if nonconforming is None else f"{nonconforming} / {assessed}"


def _verdicts(facts: Facts) -> dict[str, str]:
    listed = (item for chapter in facts["chapters"] for item in chapter["requirements"])
    return {item["code"]: f"{item['verdict']} ({_counts(item)})" for item in listed}
