"""Validate a single verdict, and say what it looks like. Pure."""

from enum import StrEnum

from audits.core.errors import RuleError
from audits.core.letters import not_printed
from audits.schemes.text import SchemeText, VerdictKind

NOTE_LIMIT = 4000


class Method(StrEnum):
    """How an inspector came to a verdict."""

    SEEN = "seen"  # a document
    TOLD = "told"
    OBSERVED = "observed"
    RECORD = "record"  # in a system of the agency


def complaint(scheme: SchemeText, value: str, note: str) -> RuleError | None:
    """Return what is wrong with a verdict code and its note, or None; the scheme says which verdicts need a note."""
    kind = scheme.verdicts.get(value)
    if kind is None:
        return RuleError("Choose one of the verdicts of the norm.")
    if kind.needs_explanation and not note.strip():
        return RuleError("Say in the note what you saw, or why you could not see it.")
    if len(note) > NOTE_LIMIT:
        return RuleError("Use at most %(max)d characters.", max=NOTE_LIMIT)
    return not_printed(note)


def plain_verdict(scheme: SchemeText) -> str:
    """Return the code of the conforming verdict: it counts as assessed and not against the agency."""
    return next(kind.code for kind in scheme.verdicts.values() if kind.assessed and not kind.nonconforming)


def verdict_shape(kind: VerdictKind) -> str:
    """Return the shape that stands for a verdict, by its flags and not by its code."""
    if kind.nonconforming:
        return "bad"
    return "good" if kind.assessed else "left" if kind.leaves_open else "none"
