"""Events of the audit trail about reported changes. They name fields; the values are in a row that can be erased."""

from enum import StrEnum
from typing import Any, Self

from audits.agencies.rules import ProfileSection
from audits.core.errors import N_
from audits.core.events import Code, EventData, Moved, codes


class ChangeReported(EventData, name="change.report", words=N_("Change reported")):
    """An agency reported a change of these fields of a section; a row of a list has no fields here."""

    section: ProfileSection
    fields: tuple[Code, ...]


class ChangeAccepted(Moved, name="change.accept", words=N_("Reported change accepted")):
    """The office found the change right; the details of the agency changed with it."""

    consequences: tuple[Code, ...] = ()

    @classmethod
    def of(cls, row: Any, before: StrEnum, after: StrEnum, reason: str) -> Self:
        """Build the event with the consequences that were chosen."""
        return cls(before=before, after=after, reason=reason, consequences=codes(row.consequences))


class ChangeReferred(ChangeAccepted, name="change.refer", words=N_("Reported change passed on to a decider")):
    """The office found the change right; a decision about the certificate must follow."""


class ChangeDeclined(Moved, name="change.decline", words=N_("Reported change declined")):
    """The office did not find the change right, with the reason."""


class ChangeWithdrawn(Moved, name="change.withdraw", words=N_("Reported change withdrawn by the agency")):
    """The agency withdrew its report."""


class ChangeDecided(Moved, name="change.decide", words=N_("Reported change accepted by a decision")):
    """A decision about the certificate accepted the change."""


class ChangeReturned(Moved, name="change.return", words=N_("Reported change sent back to the office")):
    """A decider sent it back to the office, with the reason."""
