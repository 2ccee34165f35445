"""The parts of a scheme about the cycle of certification, as frozen values. Only edition 2 of the file has them.

The kinds below are those that the code knows; what each of them means for a case is data of the scheme.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from audits.schemes.words import Text


class AuditKind(StrEnum):
    """Kinds of audit in a cycle."""

    INITIAL = "initial"
    SURVEILLANCE = "surveillance"
    RENEWAL = "renewal"
    SPECIAL = "special"
    FOLLOW_UP = "follow_up"
    SCOPE_EXTENSION = "scope_extension"


class DecisionKind(StrEnum):
    """Kinds of decision about an agency, as the public grounds name them."""

    GRANT = "grant"
    GRANT_WITH_CONDITIONS = "grant_with_conditions"
    REFUSE = "refuse"
    RENEW = "renew"
    MAINTAIN = "maintain"
    EXTEND_SCOPE = "extend_scope"
    REDUCE_SCOPE = "reduce_scope"
    AMEND = "amend"
    SUSPEND = "suspend"
    LIFT = "lift"
    WITHDRAW = "withdraw"
    END = "end"
    CONDITION_MET = "condition_met"
    APPEAL_OUTCOME = "appeal_outcome"
    CLOSE = "close"  # an audit of a holder whose certificate is gone: it changes nothing


class Judged(StrEnum):
    """Whether a decision weighs the findings as the inspector found them, or as they stand after corrective action."""

    AS_FOUND = "as_found"
    AS_REPAIRED = "as_repaired"


class Selection(StrEnum):
    """Ways in which an audit chooses requirements."""

    ALL = "all"
    FOUND_BEFORE = "found_before"  # with a finding in an earlier audit
    BY_RISK = "by_risk"  # those of the risks that the planner names
    BY_HAND = "by_hand"  # named by the planner, each with a reason
    SEVERITIES = "severities"
    CHAPTERS = "chapters"
    REQUIREMENTS = "requirements"


@dataclass(frozen=True, slots=True)
class Cover:
    """One way in which a kind of audit chooses requirements, with the reason that the audit plan states."""

    reason: Text
    selection: Selection
    codes: tuple[str, ...] = ()  # of the severities, chapters or requirements


@dataclass(frozen=True, slots=True)
class AuditRules:
    """What a kind of audit looks at, and how it is judged. It covers every requirement that one of `covers` chooses."""

    kind: AuditKind
    name: Text
    judged: Judged
    time_share: Decimal  # of the hours for all requirements
    covers: tuple[Cover, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """A reason to look at more, and the requirements that come with it."""

    code: str
    name: Text
    chapters: tuple[str, ...]
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SurveillanceVisit:
    """One surveillance audit of the cycle: so many months after the grant, so many days earlier or later."""

    after_months: int
    window_days: int


@dataclass(frozen=True, slots=True)
class HoursStep:
    """Hours for agencies of up to so many workers; None: of any size."""

    up_to: int | None
    hours: Decimal


@dataclass(frozen=True, slots=True)
class AuditTime:
    """The table of audit time (after IAF MD 5): hours by size of the agency, and more for units, sites and risks."""

    by_workers: tuple[HoursStep, ...]
    per_unit: Mapping[str, Decimal]
    per_site: Decimal  # for each besides the seat
    per_risk: Mapping[str, Decimal]  # for each that the planner names
    least_hours: Decimal
    deviation: Decimal  # share by which a planner may deviate with a reason


class Measure(StrEnum):
    """What is counted of an agency to say how soon it should be audited."""

    LAST_SCORE = "last_score"  # points of the last audit that was reported
    OPEN_FINDINGS = "open_findings"
    SIGNALS = "signals"  # within the months that the scheme looks back, and from authorities while they count
    WORKERS = "workers"
    COUNTRIES = "countries"  # in which it recruits
    CONTROL_CHANGES = "control_changes"  # reported changes of persons in control, within the same months


@dataclass(frozen=True, slots=True)
class Weight:
    """What each one of a measure adds to the risk of an agency, and what the measure adds at most."""

    name: Text
    each: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Priority:
    """In which order audits are planned: what is due within `soon_days` by its last day, then by risk."""

    soon_days: int
    within_months: int
    weights: Mapping[Measure, Weight]


@dataclass(frozen=True, slots=True)
class Ground:
    """A coded ground of a decision, whose text is public. A serious one takes two deciders."""

    code: str
    text: Text
    decisions: frozenset[DecisionKind]
    serious: bool


@dataclass(frozen=True, slots=True)
class AppealRules:
    """What an appeal does (ISO/IEC 17065, 7.13). A scheme that says nothing holds nothing back."""

    holds_back: frozenset[DecisionKind] = frozenset()  # decisions that wait for the term and for the outcome
    receipt_working_days: int | None = None  # until the agency has heard who handles it
    outcome_working_days: int | None = None  # until it is decided


NOTHING_SAID = AppealRules()


@dataclass(frozen=True, slots=True)
class Independence:
    """How long a person who worked for an agency stays away from it, and how many audits in a row one may lead."""

    cooling_off_months: int
    audits_in_a_row: int


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the certification agreement."""

    code: str
    title: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Agreement:
    """The certification agreement (ISO/IEC 17065, 4.1.2); whoever accepts it accepts this digest."""

    version: str
    sha256: str  # SHA-256 of its canonical JSON, hex
    title: Text
    introduction: Text
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class Transition:
    """How cases and certificates of an earlier version go on: they finish under their own version."""

    from_version: str
    renewals_from: date  # renewals begun from this day on are held to the new version
    cases_until: date | None  # last day of a decision under the earlier version; None: no such day
    renamed: Mapping[str, str]  # requirement code of the earlier version to its code here; two to one: merged
    explanation: Text
    split: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))  # one to several

    def codes_after(self, code: str) -> tuple[str, ...]:
        """Return the codes that a requirement of the earlier version has here."""
        return self.split.get(code) or (self.renamed.get(code, code),)

    def codes_before(self, code: str) -> tuple[str, ...]:
        """Return the codes from which a requirement was renamed, merged or split."""
        parts = (old for old, new in self.split.items() if code in new)
        return *(old for old, new in self.renamed.items() if new == code), *parts


@dataclass(frozen=True, slots=True)
class ListSource:
    """Where the list of a population may come from."""

    code: str
    name: Text
    independent: bool  # the agency cannot change it


@dataclass(frozen=True, slots=True)
class Cycle:
    """Everything that a scheme says about the cycle of certification."""

    risks: Mapping[str, Risk]
    audits: Mapping[AuditKind, AuditRules]
    surveillance: tuple[SurveillanceVisit, ...]
    audit_time: AuditTime
    grounds: Mapping[str, Ground]
    independence: Independence
    agreement: Agreement
    transition: tuple[Transition, ...]
    list_sources: Mapping[str, ListSource]
    replacement_reasons: Mapping[str, Text]  # why a drawn unit was replaced by the next of the draw
    priority: Priority | None = None  # None: audits are planned by their last day alone
    appeal: AppealRules = NOTHING_SAID

    def grounds_for(self, kind: DecisionKind) -> tuple[Ground, ...]:
        """Return the grounds that a decision of this kind may give, in order."""
        return tuple(ground for ground in self.grounds.values() if kind in ground.decisions)
