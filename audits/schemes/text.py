"""A scheme version as frozen values. The code knows no requirement, code or number of it.

Fields with a default value exist in edition 2 of the file only; in a scheme of edition 1 they have that value.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from audits.questions.kinds import CrossCheck, Question
from audits.schemes.cycle import NOTHING_SAID, AppealRules, AuditKind, Cycle, Judged
from audits.schemes.strata import Stratum
from audits.schemes.words import Text


@dataclass(frozen=True, slots=True)
class Chapter:
    """A group of requirements."""

    code: str
    title: Text
    checklist: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))  # for the reviewer


@dataclass(frozen=True, slots=True)
class Severity:
    """A severity of requirements, which is also the grade of findings."""

    code: str
    name: Text
    points: int
    repair_working_days: int | None  # None: no corrective action needed
    blocks_certificate: bool  # while such a finding is open
    fails: bool  # one such finding excludes any grant
    escalates_to: str | None  # the grade after it was open or found again at the next audit
    effect: Text
    closes_by: Text
    urgent: bool = False  # a finding of this grade goes to the deciders at once

    @property
    def is_urgent(self) -> bool:
        """Return whether a finding of this grade on a holder is a task of the deciders."""
        return self.fails or self.urgent


@dataclass(frozen=True, slots=True)
class VerdictKind:
    """A verdict or answer to a requirement; the rules use only the first four flags."""

    code: str
    name: Text
    self_assessment: bool  # an agency may choose it as answer
    assessed: bool  # counts as an assessed unit
    nonconforming: bool  # counts as a nonconforming unit
    needs_explanation: bool
    leaves_open: bool  # the unit was not assessed


@dataclass(frozen=True, slots=True)
class SampleAll:
    """Sampling: every unit."""


@dataclass(frozen=True, slots=True)
class SampleToDetect:
    """Sampling: enough units to find at least one nonconforming one, at `confidence`, if `defect_share` of them are."""

    defect_share: Decimal
    confidence: Decimal
    at_least_square_root: bool  # at least the square root of the population
    cap: int
    never_fewer: bool = False  # a larger population never gets a smaller sample


@dataclass(frozen=True, slots=True)
class SampleShare:
    """Sampling: a share of the units, within two bounds."""

    share: Decimal
    minimum: int
    maximum: int


SamplingRule = SampleAll | SampleToDetect | SampleShare


@dataclass(frozen=True, slots=True)
class Strata:
    """A column of the list by whose values a sample is divided, and how many to draw of each value at least."""

    by: Stratum
    least: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A kind of unit that requirements are judged on. Exactly one kind is the agency itself, a population of one."""

    code: str
    name: Text
    plural: Text
    population: Text  # which units belong in the list that is sampled
    is_agency: bool
    sampling: SamplingRule
    confidential: bool = False  # the agency sees counts and a text for it, never units, notes or the draw
    minimum_group: int | None = None  # smaller groups are not counted out to the agency
    list_sources: tuple[str, ...] = ()
    strata: Strata | None = None  # None: the sample is not divided
    counts: tuple[Question, ...] = ()  # what is counted and measured at each unit, such as rooms and beds


@dataclass(frozen=True, slots=True)
class ExpectedSize:
    """A worked example of a sampling rule, which tests verify."""

    unit: str
    population: int
    size: int


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling rules and the name of the draw algorithm, whose meaning never changes."""

    algorithm: str
    description: Text
    expected_sizes: tuple[ExpectedSize, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """Findings on a larger share of nonconforming units than this get this grade."""

    above_share: Decimal
    grade: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The acceptance number for samples of at least so many units."""

    drawn_from: int
    most: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """How nonconforming units of a requirement become a grade (edition 2).

    Up to the acceptance number for the size of the sample, an inspector may judge with a reason that a finding is
    incidental. Above it, and until somebody has judged, it is systemic.
    """

    accept: tuple[Acceptance, ...]  # ascending
    incidental: str
    systemic: str


class Shortfall(StrEnum):
    """What insufficient evidence on a requirement does to the decision, unless more units are drawn."""

    BLOCKS = "blocks"
    CONDITIONS = "conditions"


@dataclass(frozen=True, slots=True)
class MinimumAssessed:
    """The share of the drawn units that must be assessed, and what follows below it."""

    minimum: Decimal
    below: Shortfall


@dataclass(frozen=True, slots=True)
class Scoring:
    """Rules from findings to outcome. `grades` holds ascending thresholds per severity; edition 2 has none."""

    fail_total: int
    conditional_from: int
    grades: Mapping[str, tuple[Threshold, ...]]
    repeats_within_months: int | None = None  # a finding that comes back in this time is a repeated one


@dataclass(frozen=True, slots=True)
class Validity:
    """The validity period of a certificate."""

    certified_months: int
    conditional_months: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Deadlines, in days, working days or months."""

    application_review_working_days: int
    report_working_days: int
    factual_comment_working_days: int
    decision_working_days: int
    appeal_working_days: int
    suspension_months: int
    renewal_reminder_days: tuple[int, ...]  # days before the end of validity, farthest first
    reported_change_working_days: int | None = None  # until the office has checked a reported change
    critical_finding_working_days: int | None = None  # until a decider has acted on an urgent finding
    suspension_hearing_working_days: int | None = None  # until the agency has been heard
    suspension_confirmation_working_days: int | None = None  # until a second decider confirms or lifts it
    corrective_plan_working_days: int | None = None
    corrective_check_working_days: int | None = None  # until the inspector has answered a round
    extension_working_days: int | None = None  # at most, each time
    extensions: int | None = None  # how many times
    applied_months: int | None = None  # how long the register shows "applied"
    effective_within_days: int | None = None  # how much later than today a decision about a certificate may count
    draft_days: int | None = None  # until an application that nobody works on is closed
    authority_signal_months: int | None = None  # how long a signal from an authority counts
    renewal_window_days: int | None = None  # within it a new certificate runs on from the old last day


class RepairStep(StrEnum):
    """The round of a corrective action in which a question is asked."""

    PLAN = "plan"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class RepairQuestion:
    """A question to the agency about a corrective action."""

    code: str
    label: Text
    hint: Text
    step: RepairStep | None = None  # None: all questions are asked at once


@dataclass(frozen=True, slots=True)
class RepairMethod:
    """How an agency describes a corrective action."""

    name: Text
    introduction: Text
    questions: tuple[RepairQuestion, ...]


class Fact(StrEnum):
    """What the form of the self-assessment knows about an agency."""

    OFFERS_HOUSING = "offers_housing"
    HOLDS_CERTIFICATE = "holds_certificate"


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is asked only if this fact holds, or does not."""

    fact: Fact
    holds: bool


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement. `chapter`, `severity`, `level`, `unit` and similar fields are codes."""

    code: str
    chapter: str
    severity: str
    level: str
    unit: str
    title: Text
    question: Text
    guidance: Text
    evidence: tuple[Text, ...]
    source: tuple[Text, ...]  # public standards that it is based on
    source_check: str
    ilo_indicators: tuple[str, ...]
    agency_question: Text | None = None  # None: the agency gets `question`
    points: tuple[Text, ...] = ()  # what the question asks, one thing each
    asked_if: tuple[Condition, ...] = ()  # all must hold; an agency that is not asked need not answer
    judgement: Judgement | None = None  # None in edition 1, which has thresholds
    assessed: MinimumAssessed | None = None
    shown_if: str = ""  # in CEL, over answers to other questions; empty: always
    details: tuple[Question, ...] = ()  # typed questions beside the verdict
    measured: tuple[CrossCheck, ...] = field(default=(), hash=False)  # what the counts of its unit must come to

    @property
    def question_to_agency(self) -> Text:
        """Return the question of the self-assessment."""
        return self.agency_question or self.question


@dataclass(frozen=True, slots=True)
class SchemeText:
    """A complete scheme version. Mappings keep the order of the source and have the codes as keys."""

    id: str
    version: str
    valid_from: date
    sha256: str  # SHA-256 of the source as published, hex
    title: Text
    summary: Text
    excludes: tuple[Text, ...]  # what the certificate does not cover, as phrases
    chapters: Mapping[str, Chapter]
    severities: Mapping[str, Severity]
    verdicts: Mapping[str, VerdictKind]
    levels: Mapping[str, Text]
    units: Mapping[str, Unit]
    sampling: Sampling
    scoring: Scoring
    validity: Validity
    terms: Terms
    repair: RepairMethod
    activities: Mapping[str, Text]
    sectors: Mapping[str, Text]
    ilo_indicators: Mapping[str, Text]
    source_checks: Mapping[str, Text]
    requirements: tuple[Requirement, ...]
    edition: int = 1  # of the form of the file
    cycle: Cycle | None = None  # None in edition 1, which says nothing about it

    def requirement(self, code: str) -> Requirement:
        """Return one requirement; KeyError for an unknown code."""
        for item in self.requirements:
            if item.code == code:
                return item
        raise KeyError(code)

    def in_chapter(self, code: str) -> tuple[Requirement, ...]:
        """Return the requirements of one chapter, in order."""
        return tuple(item for item in self.requirements if item.chapter == code)

    def on_unit(self, code: str) -> tuple[Requirement, ...]:
        """Return the requirements on one kind of unit, in order."""
        return tuple(item for item in self.requirements if item.unit == code)

    def judged(self, kind: AuditKind) -> Judged:
        """Return whether an audit of this kind is judged as found or as repaired; edition 1 knows only the first."""
        return self.cycle.audits[kind].judged if self.cycle else Judged.AS_FOUND

    @property
    def appeal(self) -> AppealRules:
        """Return what an appeal does; edition 1 says nothing about it."""
        return self.cycle.appeal if self.cycle else NOTHING_SAID

    def only(self, codes: Collection[str]) -> "SchemeText":
        """Return the scheme with these requirements alone, and the chapters that they are in."""
        kept = tuple(item for item in self.requirements if item.code in codes)
        named = {item.chapter for item in kept}
        chapters = {code: chapter for code, chapter in self.chapters.items() if code in named}
        return replace(self, requirements=kept, chapters=MappingProxyType(chapters))

    @property
    def housing_units(self) -> frozenset[str]:
        """Return the kinds of unit that are about housing alone; edition 1 names none."""
        housed = Condition(Fact.OFFERS_HOUSING, holds=True)
        about = {unit: [housed in item.asked_if for item in self.on_unit(unit)] for unit in self.units}
        return frozenset(unit for unit, asked in about.items() if asked and all(asked))

    @property
    def agency_unit(self) -> Unit:
        """Return the kind of unit that is the agency itself."""
        return next(unit for unit in self.units.values() if unit.is_agency)

    @property
    def longest_working_days(self) -> int:
        """Return the longest term that is counted in working days."""
        terms = self.terms
        repairs = (severity.repair_working_days or 0 for severity in self.severities.values())
        named = (getattr(terms, item.name) for item in fields(terms) if item.name.endswith("_working_days"))
        return max(*repairs, *(days or 0 for days in named))

    @property
    def self_assessment_answers(self) -> tuple[VerdictKind, ...]:
        """Return the answers that an agency may give, in order."""
        return tuple(kind for kind in self.verdicts.values() if kind.self_assessment)
