"""What would follow if an audit saw just what an agency says of itself: judged by the rules of the audit. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from audits.decisions.rules import Outcome, possible_outcomes
from audits.inspections.grading import Origin, findings, seen_on
from audits.inspections.rules import FoundFinding, score
from audits.schemes.text import SchemeText

MOST = 3  # answers that are named
_ITSELF = ""  # the reference of the one unit of each kind: what the agency says of all of them


@dataclass(frozen=True, slots=True)
class Readiness:
    """The findings that would follow from the answers, the gravest first, and the outcomes that these allow."""

    found: tuple[FoundFinding, ...]
    outcomes: frozenset[Outcome]

    @property
    def most(self) -> tuple[FoundFinding, ...]:
        """Return those whose answers change most."""
        return self.found[:MOST]

    @property
    def would_fail(self) -> bool:
        """Return whether no certificate could follow."""
        return self.outcomes <= {Outcome.REFUSE}


def readiness(scheme: SchemeText, answers: Mapping[str, str]) -> Readiness:
    """Judge the answers by requirement code as an audit would judge the same verdicts before any repair."""
    drawn = {unit: {_ITSELF: Origin.RANDOM} for unit in scheme.units}
    seen = seen_on(scheme, drawn, {code: {_ITSELF: value} for code, value in answers.items() if value})
    found = sorted(findings(scheme, seen, {}), key=lambda each: (each.fails, each.blocks, each.points), reverse=True)
    outcomes = possible_outcomes(
        scheme.scoring,
        score(found),
        any_failing=any(each.fails for each in found),
        any_open_blocking=any(each.blocks for each in found),
    )
    return Readiness(tuple(found), outcomes)
