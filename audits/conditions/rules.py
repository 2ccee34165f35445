"""Check the conditions that a decider states, and tell which are overdue. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from audits.conditions.workflow import UNMET, ConditionState
from audits.core.errors import RuleError

MOST_CONDITIONS = 10


class ConditionOwner(StrEnum):
    """Who must see to it that a condition is met."""

    AGENCY = "agency"
    OFFICE = "office"  # for example a new check by us


@dataclass(frozen=True, slots=True)
class StatedCondition:
    """One condition as a decider states it; `about` is the code of a requirement."""

    text: str
    due_on: date
    owner: ConditionOwner = ConditionOwner.AGENCY
    about: str | None = None


def stated_conditions(
    said: Sequence[str | Mapping[str, Any]], *, earliest: date, latest: date, requirements: Collection[str]
) -> list[StatedCondition]:
    """Return the conditions of a decision, in order; those without a text are left out.

    Each is a mapping with `text`, and if need be `due_on` (ISO 8601), `owner` and `about`; or a text alone, as in a
    proposal from before conditions had days. Without a day a condition is due on the last one. RuleError at
    `conditions` for a day outside `earliest` to `latest`, or a requirement that the scheme does not have.
    """
    found = [_stated({"text": each} if isinstance(each, str) else each, latest) for each in said]
    named = [each for each in found if each.text]
    if any(not earliest <= each.due_on <= latest for each in named):
        raise RuleError("A condition is due from today until the last day of the certificate.", field="conditions")
    if any(each.about and each.about not in requirements for each in named):
        raise RuleError("A condition names a requirement that this norm does not have.", field="conditions")
    return named


def is_overdue(state: ConditionState, due_on: date, day: date) -> bool:
    """Return whether a condition should have been met before this day."""
    return state in UNMET and due_on < day


def _stated(said: Mapping[str, Any], latest: date) -> StatedCondition:
    day, owner = said.get("due_on"), said.get("owner") or ConditionOwner.AGENCY
    due_on = date.fromisoformat(day) if day else latest
    return StatedCondition(str(said["text"]).strip(), due_on, ConditionOwner(owner), said.get("about") or None)
