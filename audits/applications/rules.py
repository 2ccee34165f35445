"""Validate answers and file names, and compute the progress of a self-assessment. Pure."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol, TypeVar

from audits.applications.asking import lacking
from audits.applications.personal import NINE_DIGITS, is_citizen_number
from audits.core.canonical import canonical
from audits.core.errors import RuleError
from audits.core.letters import check_length
from audits.questions.conditions import Broken
from audits.questions.kinds import Level
from audits.schemes.text import Chapter, Fact, Requirement, SchemeText

T = TypeVar("T")

LONGEST_EXPLANATION = 4000
LONGEST_COMMENT = 1000


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


@dataclass(frozen=True, slots=True)
class Said:
    """What an agency said on a question so far. Half an answer is kept: an explanation alone, or an answer alone."""

    value: str  # empty until an answer is chosen
    explained: bool
    details: frozenset[str] = frozenset()  # the typed questions with a value


@dataclass(frozen=True, slots=True)
class Shown:
    """What stood in the fields of a question when a person got it; the explanation as `digest_of` it."""

    value: str
    explanation: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a question as a person sent them.

    `version` is the row version that the person saw, 0 if there was no answer yet; None overwrites any version.
    """

    value: str
    explanation: str = ""
    version: int | None = None
    shown: Shown | None = None
    details: Mapping[str, Any] | None = None  # values of the typed questions; None where none was asked
    asked: frozenset[str] = frozenset()  # the typed questions that the page showed


def missing_part(scheme: SchemeText, value: str, *, explained: bool) -> RuleError | None:
    """Return what is still missing from an answer, as the error at its field; None for a whole answer."""
    if not value:
        return RuleError("Choose an answer.", "value")
    if scheme.verdicts[value].needs_explanation and not explained:
        return RuleError("Explain this answer.", "explanation")
    return None


def answered(scheme: SchemeText, said: Mapping[str, Said]) -> frozenset[str]:
    """Return the codes of the questions with a whole answer."""
    details = {item.code: item.details for item in scheme.requirements if item.details}
    return frozenset(
        code
        for code, each in said.items()
        if not missing_part(scheme, each.value, explained=each.explained)
        and not (code in details and lacking(details[code], dict.fromkeys(each.details)))
    )


class Explained(Protocol):
    """An answer with its explanation."""

    explanation: Any


class Show(StrEnum):
    """Which questions of a self-assessment a person wants to see."""

    ALL = "all"
    OPEN = "open"
    NO_FILE = "no_file"
    FAILING = "failing"
    MINE = "mine"  # given to who looks


@dataclass(frozen=True)
class Standing:
    """How a self-assessment stands: what was said by requirement code, the codes with a file, those of who looks."""

    scheme: SchemeText
    said: Mapping[str, Said]
    with_files: Collection[str] = ()
    mine: Collection[str] = ()

    @cached_property
    def answered(self) -> frozenset[str]:
        """Return the codes with a whole answer."""
        return answered(self.scheme, self.said)

    def codes(self, show: Show) -> list[str]:
        """Return the codes that a person wants to see, in the order of the scheme."""
        return [item.code for item in self.scheme.requirements if self._is_shown(item.code, show)]

    def _is_shown(self, code: str, show: Show) -> bool:
        said = self.said.get(code)
        kind = self.scheme.verdicts.get(said.value) if said else None
        if show is Show.OPEN:
            return said is None or missing_part(self.scheme, said.value, explained=said.explained) is not None
        if show is Show.MINE:
            return code in self.mine
        if show is Show.NO_FILE:
            return kind is not None and kind.assessed and code not in self.with_files
        return show is Show.ALL or (kind is not None and kind.nonconforming)


def found_by(scheme: SchemeText, text: str, language: str) -> list[str]:
    """Return the codes of the requirements whose code, title or question has all these words, in order."""
    words = text.casefold().split()

    def told(item: Requirement) -> str:
        return f"{item.code} {item.title.in_(language)} {item.question.in_(language)}".casefold()

    return [item.code for item in scheme.requirements if all(word in told(item) for word in words)]


def digest_of(explanation: str) -> str:
    """Return a short digest of an explanation, by which a form remembers what it showed."""
    return hashlib.sha256(explanation.encode()).hexdigest()[:16]


def details_digest(details: Mapping[str, Any]) -> str:
    """Return a short digest of the values of typed questions; empty for none."""
    return digest_of(canonical(details).decode()) if details else ""


@dataclass(frozen=True, slots=True)
class Stand:
    """The fields of an answer as they are stored."""

    value: str = ""
    explanation: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def merged(typed: Typed, now: Stand, stored: Stand) -> Stand | None:
    """Return the answer where a colleague changed it meanwhile; None if both changed one field.

    A field that the person did not touch is taken over from what is stored. `now` is what they want to stand there.
    """
    if (seen := typed.shown) is None:
        return None
    value = _merged(now.value, stored.value, now.value == seen.value, stored.value == seen.value)
    explanation = _merged(
        now.explanation,
        stored.explanation,
        digest_of(now.explanation) == seen.explanation,
        digest_of(stored.explanation) == seen.explanation,
    )
    details = _merged(
        now.details,
        stored.details,
        details_digest(now.details) == seen.details,
        details_digest(stored.details) == seen.details,
    )
    if value is None or explanation is None or details is None:
        return None
    return Stand(value, explanation, details)


def _merged(typed: T, stored: T, untouched: bool, kept: bool) -> T | None:
    if untouched:
        return stored
    return typed if kept or typed == stored else None


def check_answer(scheme: SchemeText, value: str, explanation: str) -> None:
    """Raise RuleError unless an agency may say this; an answer that is not whole yet may be kept too."""
    if value and value not in {kind.code for kind in scheme.self_assessment_answers}:
        raise RuleError("Choose an answer.", "value")
    check_length(explanation, LONGEST_EXPLANATION, "explanation")
    check_no_citizen_number(explanation, "explanation")


def check_no_citizen_number(text: str, field: str) -> None:
    """Raise RuleError at `field` for a text in which a citizen service number seems to be."""
    if holds_citizen_number(text):
        raise RuleError("This looks like a citizen service number (BSN). Take it out: we may not keep it.", field)


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
    return any(is_citizen_number(found) for found in NINE_DIGITS.findall(text))


def self_assessment(scheme: SchemeText, facts: Mapping[Fact, bool], answered: Collection[str]) -> SchemeText:
    """Return the scheme as its self-assessment shows it: the questions to an agency, without those it is not asked.

    A question that was answered stays, whatever changed since: nothing that somebody said disappears.
    """
    asked = (item for item in scheme.requirements if item.code in answered or _is_asked(item, facts))
    return replace(scheme, requirements=tuple(_worded(item) for item in asked))


def worded(scheme: SchemeText) -> SchemeText:
    """Return the scheme with the questions as an agency gets them; itself where they are the same."""
    items = tuple(_worded(item) for item in scheme.requirements)
    same = all(new is old for new, old in zip(items, scheme.requirements, strict=True))
    return scheme if same else replace(scheme, requirements=items)


def _worded(item: Requirement) -> Requirement:
    to_agency = item.question_to_agency
    return item if item.question is to_agency else replace(item, question=to_agency)


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


def following(scheme: SchemeText, code: str, step: int = 1) -> Requirement | None:
    """Return the next question of the same chapter, or None after the last; with `step=-1` the previous one."""
    inside = scheme.in_chapter(scheme.requirement(code).chapter)
    place = [item.code for item in inside].index(code) + step
    return inside[place] if 0 <= place < len(inside) else None


def place_of(scheme: SchemeText, code: str) -> tuple[int, int]:
    """Return the position of a question in its chapter, from 1, and the number of questions there."""
    codes = [item.code for item in scheme.in_chapter(scheme.requirement(code).chapter)]
    return codes.index(code) + 1, len(codes)


def check_complaints(found: Mapping[str, Collection[Broken]], answers: Mapping[str, Explained]) -> None:
    """Raise RuleError for a cross-check that must be mended, and for a warning without an explanation."""
    wrong = [
        code
        for code, each in found.items()
        if any(one.check.level is Level.ERROR for one in each) or not answers[code].explanation
    ]
    if wrong:
        raise RuleError("Answers that do not agree with each other: %(codes)s. Mend or explain them first.",
                        codes=", ".join(wrong))  # fmt: skip


class Remarked(Protocol):
    """A remark on a question that came back, and what the agency replied."""

    requirement_code: Any
    reply: Any


def unsettled(remarks: Collection[Remarked], touched: Collection[str]) -> list[str]:
    """Return the codes of the questions that came back without a reply, and whose answer and files stayed the same."""
    return [each.requirement_code for each in remarks if not each.reply and each.requirement_code not in touched]


def same_name(typed: str, name: str) -> bool:
    """Compare two spellings of a name, ignoring case and spaces."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()


def unknown_codes(scheme: SchemeText, scope: Mapping[str, Collection[str]]) -> list[str]:
    """Return the activities and sectors of a scope that this scheme version does not define."""
    known = {"activities": scheme.activities, "sectors": scheme.sectors}
    return [code for name, codes in scope.items() for code in codes if code not in known[name]]
