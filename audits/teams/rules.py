"""Roles in the team of an audit. Pure."""

from enum import StrEnum


class TeamRole(StrEnum):
    """Roles besides that of the inspector, who leads the audit."""

    MEMBER = "member"
    EXPERT = "expert"
    INTERPRETER = "interpreter"
    OBSERVER = "observer"
