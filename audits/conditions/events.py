"""Events of the audit trail about conditions. What was said is in rows that can be erased."""

from audits.core.errors import N_
from audits.core.events import Moved


class ConditionSubmitted(Moved, name="condition.submit", words=N_("Proof of a condition handed in")):
    """The holder handed in proof."""


class ConditionReturned(Moved, name="condition.return", words=N_("Proof of a condition was not enough")):
    """A decider found the proof not enough, and said why."""


class ConditionMet(Moved, name="condition.meet", words=N_("Condition met")):
    """A decision found the condition met."""


class ConditionLapsed(Moved, name="condition.lapse", words=N_("Condition lapsed with its certificate")):
    """The certificate counts no longer, and the condition with it."""
