"""Validate answers and file names, and compute the progress of a self-assessment. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from stdnum.nl import bsn

from audits.core.errors import RuleError
from audits.schemes.text import Chapter, Fact, Requirement, SchemeText

LONGEST_EXPLANATION = 4000

# Nine digits, perhaps grouped, not part of a longer number. An L or B and two digits behind make it a VAT number.
_NINE_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?:[0-9][ .-]?){8}[0-9](?![0-9]|[ .-]?[0-9]|[ .]?[LB][0-9]{2})")


class Progress(StrEnum):
    """The state of one task of an application."""

    LOCKED = "locked"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class ChapterProgress:
    """How many questions of a chapter are answered; `next_code` is the first open one."""

    chapter: Chapter
    answered: int
    total: int
    next_code: str | None

    @property
    def progress(self) -> Progress:
        """Return the state of this task."""
        if self.answered == 0:
            return Progress.NOT_STARTED
        return Progress.IN_PROGRESS if self.next_code else Progress.COMPLETED


def check_answer(scheme: SchemeText, value: str, explanation: str) -> None:
    """Raise RuleError unless an agency may give this answer, with an explanation where the scheme requires one."""
    allowed = {kind.code: kind for kind in scheme.self_assessment_answers}
    if value not in allowed:
        raise RuleError("Choose an answer.", "value")
    if allowed[value].needs_explanation and not explanation:
        raise RuleError("Explain this answer.", "explanation")
    if len(explanation) > LONGEST_EXPLANATION:
        raise RuleError("Use at most %(max)d characters.", "explanation", max=LONGEST_EXPLANATION)
    if holds_citizen_number(explanation):
        raise RuleError(
            "This looks like a citizen service number (BSN). Take it out: we may not keep it.", "explanation"
        )


def check_file_name(filename: str) -> None:
    """Raise RuleError for a file name that identifies a person."""
    if holds_citizen_number(filename):
        raise RuleError(
            "The name of the file %(name)s looks like a citizen service number (BSN). Give the file another name.",
            "files",
            name=filename,
        )


def holds_citizen_number(text: str) -> bool:
    """Return whether a number in the text passes the eleven-test of a citizen service number (Wet abb, article 10)."""
    return any(bsn.is_valid(re.sub("[^0-9]", "", found)) for found in _NINE_DIGITS.findall(text))


def self_assessment(scheme: SchemeText, facts: Mapping[Fact, bool], answered: Collection[str]) -> SchemeText:
    """Return the scheme as its self-assessment shows it: the questions to an agency, without those it is not asked.

    A question that was answered stays, whatever changed since: nothing that somebody said disappears.
    """
    asked = (item for item in scheme.requirements if item.code in answered or _is_asked(item, facts))
    return replace(scheme, requirements=tuple(replace(item, question=item.question_to_agency) for item in asked))


def _is_asked(item: Requirement, facts: Mapping[Fact, bool]) -> bool:
    return all(facts[condition.fact] is condition.holds for condition in item.asked_if)


def unanswered(scheme: SchemeText, answered: Collection[str]) -> list[str]:
    """Return the requirements without an answer, in the order of the scheme."""
    return [item.code for item in scheme.requirements if item.code not in answered]


def progress_of(scheme: SchemeText, answered: Collection[str]) -> list[ChapterProgress]:
    """Return the progress of each chapter, in the order of the scheme."""
    chapters = []
    for chapter in scheme.chapters.values():
        codes = [item.code for item in scheme.in_chapter(chapter.code)]
        if not codes:  # nothing of it is asked of this agency
            continue
        open_codes = [code for code in codes if code not in answered]
        chapters.append(
            ChapterProgress(chapter, len(codes) - len(open_codes), len(codes), open_codes[0] if open_codes else None)
        )
    return chapters


def following(scheme: SchemeText, code: str) -> Requirement | None:
    """Return the next question of the same chapter, or None after the last."""
    inside = scheme.in_chapter(scheme.requirement(code).chapter)
    place = [item.code for item in inside].index(code)
    return inside[place + 1] if place + 1 < len(inside) else None


def place_of(scheme: SchemeText, code: str) -> tuple[int, int]:
    """Return the position of a question in its chapter, from 1, and the number of questions there."""
    codes = [item.code for item in scheme.in_chapter(scheme.requirement(code).chapter)]
    return codes.index(code) + 1, len(codes)


def same_name(typed: str, name: str) -> bool:
    """Compare two spellings of a name, ignoring case and spaces."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()


def unknown_codes(scheme: SchemeText, scope: Mapping[str, Collection[str]]) -> list[str]:
    """Return the activities and sectors of a scope that this scheme version does not define."""
    known = {"activities": scheme.activities, "sectors": scheme.sectors}
    return [code for name, codes in scope.items() for code in codes if code not in known[name]]
