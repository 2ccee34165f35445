"""Events of the audit trail about appeals. What was said is in rows that can be erased."""

from audits.core.errors import N_
from audits.core.events import EventData, Moved


class AppealLodged(EventData, name="appeal.lodge", words=N_("Appeal lodged")):
    """An agency appealed against a decision, in the portal or on paper."""


class AppealTaken(Moved, name="appeal.take", words=N_("Appeal taken up")):
    """Somebody who took no part takes the appeal up; a late one with the reason to admit it."""


class AppealRefused(Moved, name="appeal.refuse", words=N_("Appeal refused because it came too late")):
    """The appeal came too late, and there was no reason to admit it."""


class AppealHeard(Moved, name="appeal.hear", words=N_("Hearing about an appeal")):
    """A hearing was planned, or what the agency said there was written down."""


class AppealDecided(Moved, name="appeal.decide", words=N_("Appeal decided")):
    """A decision of its own kind ended the appeal."""


class AppealWithdrawn(Moved, name="appeal.withdraw", words=N_("Appeal taken back")):
    """The agency took its appeal back."""
