"""Roles in the team of an audit. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from audits.people.rules import CompetenceKind, Held


class TeamRole(StrEnum):
    """Roles besides that of the inspector, who leads the audit."""

    MEMBER = "member"
    EXPERT = "expert"
    INTERPRETER = "interpreter"
    OBSERVER = "observer"


def brings(role: TeamRole | None, held: Iterable[Held]) -> tuple[Held, ...]:
    """Return what somebody's competences add to a team; None is the inspector, who leads.

    Who interprets adds languages, and who observes nothing.
    """
    match role:
        case TeamRole.OBSERVER:
            return ()
        case TeamRole.INTERPRETER:
            return tuple(each for each in held if each.kind is CompetenceKind.LANGUAGE)
        case _:
            return tuple(held)
