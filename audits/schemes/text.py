"""A scheme version as frozen values: what the norm says, with nothing of it known to the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """One text for people, in every language of the norm."""

    nl: str
    en: str

    def in_(self, language: str) -> str:
        """The text in `nl` or `en`; whoever asks for anything else reads Dutch."""
        return self.en if language == "en" else self.nl


@dataclass(frozen=True, slots=True)
class Chapter:
    """A group of requirements."""

    code: str
    title: Text


@dataclass(frozen=True, slots=True)
class Severity:
    """What a nonconformity weighs: the grade of a finding, and the severity that a requirement starts from."""

    code: str
    name: Text
    points: int
    repair_working_days: int | None  # None: nothing has to be repaired
    blocks_certificate: bool  # while such a finding is open
    fails: bool  # one such finding rules out any grant
    escalates_to: str | None  # the grade it gets when open or repeated at the next inspection
    effect: Text
    closes_by: Text


@dataclass(frozen=True, slots=True)
class VerdictKind:
    """One possible answer to a requirement; the first four flags are all that the rules ask of it."""

    code: str
    name: Text
    self_assessment: bool  # an agency may answer this
    assessed: bool  # counts in the number of units judged
    nonconforming: bool  # counts as a unit that falls short
    needs_explanation: bool
    leaves_open: bool  # says that nothing is known of this unit


@dataclass(frozen=True, slots=True)
class SampleAll:
    """Look at every unit."""


@dataclass(frozen=True, slots=True)
class SampleToDetect:
    """Look at enough units to see at least one defect if `defect_share` of them fall short, with that confidence."""

    defect_share: Decimal
    confidence: Decimal
    at_least_square_root: bool  # never fewer than the square root of the population
    cap: int


@dataclass(frozen=True, slots=True)
class SampleShare:
    """Look at a share of the units, between two bounds."""

    share: Decimal
    minimum: int
    maximum: int


SamplingRule = SampleAll | SampleToDetect | SampleShare


@dataclass(frozen=True, slots=True)
class Unit:
    """What a requirement is judged on. Exactly one unit is the agency itself: a population of one, never listed."""

    code: str
    name: Text
    plural: Text
    population: Text  # who or what belongs in the list that the sample is drawn from
    is_agency: bool
    sampling: SamplingRule


@dataclass(frozen=True, slots=True)
class ExpectedSize:
    """A worked example of a sampling rule, for the tests and the curious."""

    unit: str
    population: int
    size: int


@dataclass(frozen=True, slots=True)
class Sampling:
    """How units are drawn, by the name of an algorithm that never changes its meaning."""

    algorithm: str
    description: Text
    expected_sizes: tuple[ExpectedSize, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """Above this share of units that fall short, the finding has this grade."""

    above_share: Decimal
    grade: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """From findings to a verdict on the agency. `grades` holds ascending thresholds per severity."""

    fail_total: int
    conditional_from: int
    grades: Mapping[str, tuple[Threshold, ...]]


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a certificate lasts."""

    certified_months: int
    conditional_months: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What must happen within how many days or months."""

    application_review_working_days: int
    report_working_days: int
    factual_comment_working_days: int
    decision_working_days: int
    appeal_working_days: int
    suspension_months: int
    renewal_reminder_days: tuple[int, ...]  # before the last valid day, farthest first


@dataclass(frozen=True, slots=True)
class RepairQuestion:
    """One of the questions that an agency answers about a repair."""

    code: str
    label: Text
    hint: Text


@dataclass(frozen=True, slots=True)
class RepairMethod:
    """How an agency accounts for a repair."""

    name: Text
    introduction: Text
    questions: tuple[RepairQuestion, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement. `chapter`, `severity`, `level`, `unit` and the rest of that kind are codes."""

    code: str
    chapter: str
    severity: str
    level: str
    unit: str
    title: Text
    question: Text
    guidance: Text
    evidence: tuple[Text, ...]
    source: tuple[Text, ...]  # the public norms that inspired it; alike in both languages where it is a name
    source_check: str
    ilo_indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemeText:
    """One version of the norm. Mappings keep the order of the source and have the codes as keys."""

    id: str
    version: str
    valid_from: date
    sha256: str  # of the source as published, hex
    title: Text
    summary: Text
    excludes: tuple[Text, ...]  # what the mark does not cover, a phrase each
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

    def requirement(self, code: str) -> Requirement:
        """One requirement; KeyError if this version has none of that code."""
        for item in self.requirements:
            if item.code == code:
                return item
        raise KeyError(code)

    def in_chapter(self, code: str) -> tuple[Requirement, ...]:
        """The requirements of one chapter, in order."""
        return tuple(item for item in self.requirements if item.chapter == code)

    def on_unit(self, code: str) -> tuple[Requirement, ...]:
        """The requirements that are judged on one kind of unit, in order."""
        return tuple(item for item in self.requirements if item.unit == code)

    @property
    def agency_unit(self) -> Unit:
        """The unit that is the agency itself."""
        return next(unit for unit in self.units.values() if unit.is_agency)

    @property
    def longest_working_days(self) -> int:
        """The longest of all terms that are counted in working days."""
        terms = self.terms
        repairs = (severity.repair_working_days or 0 for severity in self.severities.values())
        return max(
            *repairs,
            terms.application_review_working_days,
            terms.report_working_days,
            terms.factual_comment_working_days,
            terms.decision_working_days,
            terms.appeal_working_days,
        )

    @property
    def self_assessment_answers(self) -> tuple[VerdictKind, ...]:
        """What an agency may answer, in order."""
        return tuple(kind for kind in self.verdicts.values() if kind.self_assessment)
