"""The letters to agencies, which there are and their texts: about terms, and with a plan. Pure, but for a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from audits.core.languages import DEFAULT
from audits.deadlines.rules import DeadlineKind
from audits.worklists.clock import StepKind


class Moment(StrEnum):
    """What happens to a term when a letter about it is written."""

    OPEN = "open"  # it has begun
    BEGIN = "begin"  # from now on it may be done
    REMIND = "remind"  # its last day is near
    LATE = "late"  # its last day is over


OF_STEP: Mapping[StepKind, Moment] = {
    StepKind.BEGIN: Moment.BEGIN,
    StepKind.REMIND: Moment.REMIND,
    StepKind.ESCALATE: Moment.LATE,
}


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter in one language: its title, and its paragraphs before and after the list of what it is about."""

    title: str
    text: tuple[str, ...]
    after: tuple[str, ...]


class PlanLetter(StrEnum):
    """Letters with the plan of an audit, which a person sends and no clock."""

    FIRST = "first"
    CHANGED = "changed"


_PLAN = "audit_plan"
_Texts = Mapping[str, LetterText]


@lru_cache(maxsize=1)
def letters() -> Mapping[tuple[DeadlineKind, Moment], _Texts]:
    """Return every letter about terms by their kind and the moment, in each of its languages."""
    terms = {kind: moments for kind, moments in _read().items() if kind != _PLAN}
    return {
        (DeadlineKind(kind), Moment(moment)): texts
        for kind, moments in terms.items()
        for moment, texts in moments.items()
    }


@lru_cache(maxsize=1)
def plan_letters() -> Mapping[PlanLetter, _Texts]:
    """Return every letter with a plan, in each of its languages."""
    return {PlanLetter(which): texts for which, texts in _read()[_PLAN].items()}


def letter_text(kind: DeadlineKind, moment: Moment, language: str) -> LetterText:
    """Return the text of a letter about terms in a language, or in the default one where it lacks that."""
    texts = letters()[kind, moment]
    return texts.get(language, texts[DEFAULT])


def plan_text(which: PlanLetter, language: str) -> LetterText:
    """Return the text of a letter with a plan in a language, or in the default one where it lacks that."""
    texts = plan_letters()[which]
    return texts.get(language, texts[DEFAULT])


def _read() -> Mapping[str, Mapping[str, _Texts]]:
    found = tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))
    return {
        about: {
            occasion: {
                language: LetterText(said["title"], tuple(said["text"]), tuple(said["after"]))
                for language, said in languages.items()
            }
            for occasion, languages in occasions.items()
        }
        for about, occasions in found.items()
    }
