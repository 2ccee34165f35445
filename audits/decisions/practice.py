"""Walk through a self-assessment of which nothing is kept: what is asked, and what the answers would lead to. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from audits.applications.asking import Told, asked_now
from audits.applications.rules import ChapterProgress, progress_of, self_assessment
from audits.decisions.readiness import Readiness, readiness
from audits.schemes.text import Fact, SchemeText


@dataclass(frozen=True)
class Practice:
    """A self-assessment that is in no database: the questions that are asked now, and the answers by requirement code.

    `answers` also has those to questions that are not asked any more, as a stored draft keeps them.
    """

    scheme: SchemeText
    facts: frozenset[Fact]
    answers: Mapping[str, str]

    @cached_property
    def chapters(self) -> list[ChapterProgress]:
        """Return the chapters that ask something, with their progress."""
        return progress_of(self.scheme, self.answers.keys())

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


def practise(whole: SchemeText, facts: Collection[str], typed: Mapping[str, str]) -> Practice:
    """Return the practice with these facts and answers; whatever the scheme does not know is left out.

    Typed questions have no answer here: a question that depends on one is not asked, as in a draft that has none.
    """
    allowed = {kind.code for kind in whole.self_assessment_answers}
    codes = [item.code for item in whole.requirements]
    answers = {code: typed[code] for code in codes if typed.get(code) in allowed}
    holding = {fact: fact.value in facts for fact in Fact}
    told = Told({f"agency_{fact}": holds for fact, holds in holding.items()}, answers, {})
    asked = self_assessment(asked_now(whole, told), holding, answers)
    return Practice(asked, frozenset(fact for fact, holds in holding.items() if holds), answers)
