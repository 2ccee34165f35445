"""The letters to agencies about their terms: which there are, and their texts. Pure, but for one file beside it."""

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


@lru_cache(maxsize=1)
def letters() -> Mapping[tuple[DeadlineKind, Moment], Mapping[str, LetterText]]:
    """Return every letter by kind of term and moment, in each of its languages."""
    found = tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))
    return {
        (DeadlineKind(kind), Moment(moment)): {
            language: LetterText(said["title"], tuple(said["text"]), tuple(said["after"]))
            for language, said in languages.items()
        }
        for kind, moments in found.items()
        for moment, languages in moments.items()
    }


def letter_text(kind: DeadlineKind, moment: Moment, language: str) -> LetterText:
    """Return the text of a letter in a language, or in the default one where it lacks that."""
    texts = letters()[kind, moment]
    return texts.get(language, texts[DEFAULT])
