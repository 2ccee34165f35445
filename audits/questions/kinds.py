"""What a scheme can ask beside a verdict. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Words = Mapping[str, str]
"""A text by language."""


class Kind(StrEnum):
    """Types of answers."""

    YES_NO = "yes_no"
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    TABLE = "table"
    FILE = "file"


NUMERIC = frozenset({Kind.NUMBER, Kind.MONEY, Kind.SHARE})
IN_TABLES = frozenset(Kind) - {Kind.TABLE, Kind.FILE, Kind.CHOICES}


class Level(StrEnum):
    """What it means when a cross-check does not hold."""

    ERROR = "error"  # must be mended
    WARNING = "warning"  # must be explained


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A rule in CEL that must hold once everything in it is answered, and what is said otherwise."""

    rule: str
    level: Level
    message: Words


@dataclass(frozen=True, slots=True)
class Question:
    """One typed question, or one column of a table."""

    code: str
    kind: Kind
    label: Words
    hint: Words = field(default_factory=dict)
    required: bool = False
    unit: Words = field(default_factory=dict)  # of a number: "beds"
    decimals: int = 0  # of a number
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: Mapping[str, Words] = field(default_factory=lambda: MappingProxyType({}))
    columns: tuple["Question", ...] = ()
    shown_if: str = ""  # in CEL; empty: always
    checks: tuple[CrossCheck, ...] = ()


def question_of(code: str, plain: Mapping[str, Any]) -> Question:
    """Build a question from its part of a scheme file, which fits the schema."""
    kind = Kind(plain["type"])
    return Question(
        code=code,
        kind=kind,
        label=plain["label"],
        hint=plain.get("hint", {}),
        required=plain.get("required", False),
        unit=plain.get("unit", {}),
        decimals=plain.get("decimals", 2 if kind in {Kind.MONEY, Kind.SHARE} else 0),
        minimum=_bound(plain.get("minimum", 0 if kind in NUMERIC else None)),
        maximum=_bound(plain.get("maximum", 100 if kind is Kind.SHARE else None)),
        choices=MappingProxyType(dict(plain.get("choices", {}))),
        columns=tuple(question_of(name, column) for name, column in plain.get("columns", {}).items()),
        shown_if=plain.get("shown_if", ""),
        checks=tuple(map(check_of, plain.get("checks", ()))),
    )


def check_of(plain: Mapping[str, Any]) -> CrossCheck:
    """Build a check from its part of a scheme file; one that names no level must be explained."""
    return CrossCheck(plain["rule"], Level(plain.get("level", Level.WARNING)), plain["message"])


def _bound(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
