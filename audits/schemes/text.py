"""A scheme version as frozen values. The code knows no requirement, code or number of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from audits.core.languages import LANGUAGES, in_language


class Text(Mapping[str, str]):
    """A text by language; never empty, immutable."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    @classmethod
    def shared(cls, name: str) -> "Text":
        """Return a text that is the same in every language."""
        return cls(dict.fromkeys(LANGUAGES, name))

    def __getitem__(self, language: str) -> str:
        return self._texts[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __repr__(self) -> str:
        return f"Text({self._texts!r})"

    def in_(self, language: str) -> str:
        """Return the text in a language, with the fallback of `languages.in_language`."""
        return in_language(self._texts, language)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A group of requirements."""

    code: str
    title: Text


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


@dataclass(frozen=True, slots=True)
class SampleShare:
    """Sampling: a share of the units, within two bounds."""

    share: Decimal
    minimum: int
    maximum: int


SamplingRule = SampleAll | SampleToDetect | SampleShare


@dataclass(frozen=True, slots=True)
class Unit:
    """A kind of unit that requirements are judged on. Exactly one kind is the agency itself, a population of one."""

    code: str
    name: Text
    plural: Text
    population: Text  # which units belong in the list that is sampled
    is_agency: bool
    sampling: SamplingRule


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
class Scoring:
    """Rules from findings to outcome. `grades` holds ascending thresholds per severity."""

    fail_total: int
    conditional_from: int
    grades: Mapping[str, tuple[Threshold, ...]]


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


@dataclass(frozen=True, slots=True)
class RepairQuestion:
    """A question to the agency about a corrective action."""

    code: str
    label: Text
    hint: Text


@dataclass(frozen=True, slots=True)
class RepairMethod:
    """How an agency describes a corrective action."""

    name: Text
    introduction: Text
    questions: tuple[RepairQuestion, ...]


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

    @property
    def agency_unit(self) -> Unit:
        """Return the kind of unit that is the agency itself."""
        return next(unit for unit in self.units.values() if unit.is_agency)

    @property
    def longest_working_days(self) -> int:
        """Return the longest term that is counted in working days."""
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
        """Return the answers that an agency may give, in order."""
        return tuple(kind for kind in self.verdicts.values() if kind.self_assessment)
