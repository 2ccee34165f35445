"""What a single verdict must hold to be recorded. Pure."""

from audits.core.errors import RuleError
from audits.schemes.text import SchemeText

NOTE_LIMIT = 4000


def complaint(scheme: SchemeText, value: str, note: str) -> RuleError | None:
    """What is wrong with this verdict code and its note, if anything; the norm says which verdicts need a note."""
    kind = scheme.verdicts.get(value)
    if kind is None:
        return RuleError("Choose one of the verdicts of the norm.")
    if kind.needs_explanation and not note.strip():
        return RuleError("Say in the note what you saw, or why you could not see it.")
    if len(note) > NOTE_LIMIT:
        return RuleError("Use at most %(max)d characters.", max=NOTE_LIMIT)
    return None


def plain_verdict(scheme: SchemeText) -> str:
    """The code of the verdict that all is well: it counts as judged and not against the agency."""
    return next(kind.code for kind in scheme.verdicts.values() if kind.assessed and not kind.nonconforming)
