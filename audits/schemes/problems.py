"""Problems in the text of a scheme, with their places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audits.core.errors import N_, RuleError

JsonPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `message` has `%(name)s` placeholders; line and column count from 1."""

    line: int
    column: int
    path: JsonPath
    message: str
    params: Mapping[str, object]

    @property
    def json_path(self) -> str:
        """Format the path as in `$.requirements.ABC-01.evidence[2].nl`."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "$" + "".join(steps)

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}, {self.json_path}: {self.message % self.params}"


class SchemeError(RuleError):
    """The text is no valid scheme; `problems` lists everything wrong with it, in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.column, problem.json_path)))
        super().__init__(
            N_("This is not a valid norm. Problems found: %(count)s, the first on line %(line)s."),
            field="source",
            count=len(self.problems),
            line=self.problems[0].line,
        )
