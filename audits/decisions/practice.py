"""Walk through a self-assessment of which nothing is kept: what is asked, and what the answers would lead to. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from audits.applications.asking import Told, asked_now, complaints, lacking
from audits.applications.rules import ChapterProgress, progress_of, self_assessment
from audits.decisions.readiness import Readiness, readiness
from audits.questions.conditions import Broken
from audits.questions.kinds import Kind, Question
from audits.questions.values import Value
from audits.schemes.text import Fact, Requirement, SchemeText


@dataclass(frozen=True)
class Practice:
    """A self-assessment that is in no database: the questions that are asked now, and the answers by requirement code.

    `answers` also has those to questions that are not asked any more, as a stored draft keeps them. `values` are those
    of typed questions by their code, and `broken` the cross-checks that do not hold, by requirement code.
    """

    scheme: SchemeText
    facts: frozenset[Fact]
    answers: Mapping[str, str]
    values: Mapping[str, Value]
    broken: Mapping[str, list[Broken]]

    @cached_property
    def answered(self) -> frozenset[str]:
        """Return the codes with an answer, and with everything that must be told beside it; files are left out."""
        lacks = {item.code for item in self.scheme.requirements if lacking(told_here(item), self.values)}
        return frozenset(self.answers.keys() - lacks)

    @cached_property
    def chapters(self) -> list[ChapterProgress]:
        """Return the chapters that ask something, with their progress."""
        return progress_of(self.scheme, self.answered)

    @property
    def left(self) -> int:
        """Return how many questions have no answer yet."""
        return sum(row.total - row.answered for row in self.chapters)

    @cached_property
    def ready(self) -> Readiness:
        """Return what would follow if an audit saw just this; see `readiness`."""
        return readiness(self.scheme, self.answers)

    def neighbour(self, chapter: str, step: int) -> ChapterProgress | None:
        """Return the chapter so many places further among those that ask something, or None."""
        place = [row.chapter.code for row in self.chapters].index(chapter) + step
        return self.chapters[place] if 0 <= place < len(self.chapters) else None


def told_here(item: Requirement) -> tuple[Question, ...]:
    """Return the typed questions of a requirement that practice asks: all but those for files, which it takes none."""
    return tuple(each for each in item.details if each.kind is not Kind.FILE)


def practise(
    whole: SchemeText,
    facts: Collection[str],
    typed: Mapping[str, str],
    values: Mapping[str, Value] = MappingProxyType({}),
) -> Practice:
    """Return the practice with these facts, answers and values; an answer that the scheme does not know is left out."""
    allowed = {kind.code for kind in whole.self_assessment_answers}
    codes = [item.code for item in whole.requirements]
    answers = {code: typed[code] for code in codes if typed.get(code) in allowed}
    holding = {fact: fact.value in facts for fact in Fact}
    told = Told({f"agency_{fact}": holds for fact, holds in holding.items()}, answers, values)
    asked = self_assessment(asked_now(whole, told), holding, answers)
    so = frozenset(fact for fact, holds in holding.items() if holds)
    return Practice(asked, so, answers, values, complaints(whole, told))
