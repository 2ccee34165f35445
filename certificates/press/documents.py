"""The content of each document as plain values: the snapshots that the press prints and the database stores.

Everything is JSON: text, integers, booleans, lists and mappings. Dates are ISO texts (`2027-03-01`), digests hex texts,
shares fractions between 0 and 1. Texts from people or the scheme (names, activities, countries, verdicts, grades) are
in the language of the document; fixed sentences are in the templates.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, TypedDict

from audits.agencies.rules import ScopeInWords
from audits.core.canonical import canonical
from certificates.documents.stages import DocumentKind
from certificates.press.letters import DecisionLetterFacts, TermLetterFacts
from certificates.press.named import Body, Holder, Norm, Seat


class CertificateFacts(ScopeInWords):
    """A certificate: these fields, and its scope in words.

    The rosette is drawn from `digest`, which must be `facts_digest` of all other fields.
    """

    language: str
    number: str
    legal_name: str
    trade_names: list[str]
    register_label: str
    register_number: str
    seat: Seat
    sites: int  # places of business, including the seat
    norm: Norm
    decided_on: str
    valid_from: str
    valid_until: str
    conditional: bool
    conditions: list[str]  # public
    body: Body
    decided_by: str  # the role; a certificate names no person
    excludes: list[str]  # what the certificate does not cover, as phrases
    register_url: str  # the permanent address of the register entry
    digest: str


class RegisterExtractFacts(ScopeInWords):
    """A register extract: what the register said about one agency at one moment. Its digest is as a certificate's.

    Without a certificate the fields about one are None, empty or false; `norm` then is None too.
    """

    language: str
    reference: str  # number of the extract, unique
    asked_at: str  # to the second, with UTC offset: 2027-03-01T14:03:27+01:00
    status: str  # a code of certificates.lifecycle.rules.Status
    status_label: str  # the status in words
    since: str | None  # first day of this status
    reason: str  # of a suspension or withdrawal, as shown in the register; may be empty
    legal_name: str
    trade_names: list[str]
    register_label: str
    register_number: str
    seat: Seat
    certificate_number: str | None
    valid_from: str | None
    valid_until: str | None
    conditions: list[str]
    norm: Norm | None
    excludes: list[str]
    body: Body
    register_url: str
    digest: str


class Grade(TypedDict):
    """The number of findings of one grade, gravest grade first in a list; `points` is their sum."""

    name: str
    count: int
    points: int


class Draw(TypedDict):
    """What anybody needs, beside the list, to repeat a draw."""

    digest: str  # SHA-256 of the frozen population
    seed: str  # 32 bytes, hex
    algorithm: str
    references: list[str]  # pseudonyms, in the order of the draw


class AddedUnit(TypedDict):
    """A unit beside the draw: in place of one that could not be judged, or chosen by the inspector."""

    reference: str
    replaces: str | None
    reason: str  # of a replacement, in words


class Day(TypedDict):
    """A day on which somebody worked on an audit; `hours` in figures: 7.5."""

    day: str
    place: str
    who: str
    hours: str


class Power(TypedDict):
    """What the draw could show: with this chance at least one of them, if so large a share had fallen short."""

    share: float
    chance: float


class Sample(TypedDict):
    """One population and the sample drawn from it; of confidential units the agency does not learn the draw."""

    unit: str  # in words, plural: "personnel files"
    population: int
    drawn: int
    source: str  # of the list, in words; may be empty
    period: list[str]  # first and last day that the list covers; may be empty
    power: Power | None  # None: every unit was drawn, or the norm draws by another rule
    draw: Draw | None
    added: list[AddedUnit]


class Answer(TypedDict):
    """The agency's answer to a finding: cause, extent, solution and effectiveness."""

    cause: str
    extent: str
    solution: str
    operation: str


class Picture(TypedDict):
    """A picture in a report: the hash of its JPEG, which is given along, and the unit on which it was taken, if any."""

    sha256: str
    caption: str  # also its alternative text
    reference: str


class ReportFinding(TypedDict):
    """One finding and its evidence. `interval` is the 95 percent interval of the share in the population.

    Of confidential units, groups smaller than `fewer_than` are not counted out: then the number is None.
    """

    number: int
    code: str
    title: str
    requirement: str
    grade: str  # in words
    points: int
    blocks: bool  # no certificate while it is open
    unit: str  # in words, plural
    population: int
    assessed: int | None
    nonconforming: int | None
    fewer_than: int | None
    interval: list[float] | None  # two shares: lower and upper bound; None where a number is
    by_lot: list[int] | None  # nonconforming and assessed units by lot, where others were looked at too
    methods: list[str]  # how the inspector came to the verdicts, in words
    pictures: list[Picture]  # that the inspector chose, of units that fell short
    judged: str | None  # how far the inspector judges it to reach, in words
    judged_reason: str
    observed: str
    due_on: str | None
    state: str  # in words
    answer: Answer | None
    verification: str  # the inspector's note on the answer; may be empty


class Judgement(TypedDict):
    """The verdict on one requirement. `finding` is the number of the finding that follows from it, if any.

    The counts are those of a finding; `bulk` of the verdicts were given at once.
    """

    code: str
    title: str
    verdict: str  # in words
    assessed: int | None
    nonconforming: int | None
    fewer_than: int | None
    bulk: int
    finding: int | None


class ReportChapter(TypedDict):
    """The requirements of one chapter of the scheme."""

    code: str
    title: str
    requirements: list[Judgement]


class Strength(TypedDict):
    """Something that the inspector praised."""

    code: str
    title: str
    text: str


class Conduct(TypedDict):
    """How the visit went, as the inspector wrote it down."""

    opened_on: str | None
    opening: str
    closed_on: str | None
    closing: str
    languages: str
    deviations: str


class Comment(TypedDict):
    """What the agency said about the draft, on a finding or (no title) on the whole, and the answer."""

    title: str
    text: str
    answer: str


class CountedTable(TypedDict):
    """A table of what was counted, such as rooms; `total` has the sum under each column of numbers, or nothing."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    total: list[str]


class CountedUnit(TypedDict):
    """What was counted at one unit, as pairs of label and words, and what of it is not as the norm wants it."""

    reference: str
    facts: list[list[str]]
    tables: list[CountedTable]
    against: list[list[str]]  # code of the requirement, and words


class Counted(TypedDict):
    """What was counted at the units of one kind."""

    unit: str
    units: list[CountedUnit]


class AuditReportFacts(TypedDict):
    """The report of an audit, or a draft of it."""

    draft: int  # its number; 0: the report itself
    comment_until: str | None  # of a draft: the last day on which the agency can comment
    conduct: Conduct | None
    comments: list[Comment]  # empty in a draft
    language: str
    reference: str
    agency: Holder
    norm: Norm
    announced: bool
    started_on: str
    reported_on: str
    inspector: str
    days: list[Day]  # empty: none was written down
    summary: str
    score: int
    fail_total: int  # points from which no certificate is granted
    refusal_certain: bool  # no certificate can follow from these findings, whatever is repaired
    conditional_from: int  # points from which only a conditional certificate is granted
    grades: list[Grade]
    sampling: str  # how samples are drawn, so that anybody can repeat it; from the scheme
    samples: list[Sample]
    findings: list[ReportFinding]
    strengths: list[Strength]
    confirmed: list[str]  # what the inspector confirmed of the stated scope, in words
    counted: list[Counted]  # such as rooms and beds; nothing of confidential units
    chapters: list[ReportChapter]
    body: Body


class SubmittedFile(TypedDict):
    """A file beside an answer, by its name and hash."""

    name: str
    sha256: str


class SubmittedDetail(TypedDict):
    """The answer to a typed question in words; a table has a line for each row."""

    label: str
    words: str


class SubmittedAnswer(TypedDict):
    """An answer as it was submitted, under its question."""

    code: str
    question: str
    answer: str
    explanation: str
    details: list[SubmittedDetail]
    files: list[SubmittedFile]


class SubmittedChapter(TypedDict):
    """The answers of one chapter of the scheme."""

    title: str
    answers: list[SubmittedAnswer]


class SubmissionReceiptFacts(TypedDict):
    """The receipt of a self-assessment: who declared what, when, and the digest of the whole."""

    language: str
    reference: str
    agency: Holder
    norm: Norm
    submitted_at: str  # to the second, with UTC offset
    declared_by: str
    sha256: str  # of the file submission.json, which is attached
    chapters: list[SubmittedChapter]
    body: Body


class CheckedLine(TypedDict):
    """One number of a list, and what the register said of it; empty texts where it has none."""

    asked: str
    name: str
    number: str  # of the certificate
    status: str  # in words
    since: str


class PosterFacts(TypedDict):
    """A sheet that an agency hangs up in an office or a house: where to look it up, and nothing that can grow old."""

    language: str
    legal_name: str
    number_label: str
    register_number: str
    register_url: str  # of the entry, also as QR code
    site: str  # the address of the register as people type it
    readable_in: list[str]  # the names of the languages of the page for workers, each in itself
    printed_on: str
    body: Body


class ListCheckFacts(TypedDict):
    """What the register said of a list of numbers; all answers are in an attached file."""

    language: str
    reference: str
    asked_at: str
    total: int
    lines: list[CheckedLine]  # the first of them
    sha256: str  # of the attached file
    body: Body
    register_url: str


DOCUMENTS: dict[DocumentKind, type] = {
    DocumentKind.CERTIFICATE: CertificateFacts,
    DocumentKind.REGISTER_EXTRACT: RegisterExtractFacts,
    DocumentKind.AUDIT_REPORT: AuditReportFacts,
    DocumentKind.REPORT_DRAFT: AuditReportFacts,
    DocumentKind.DECISION_LETTER: DecisionLetterFacts,
    DocumentKind.TERM_LETTER: TermLetterFacts,
    DocumentKind.SUBMISSION_RECEIPT: SubmissionReceiptFacts,
    DocumentKind.LIST_CHECK: ListCheckFacts,
    DocumentKind.POSTER: PosterFacts,
}


def facts_json(facts: Mapping[str, Any]) -> bytes:
    """Return the facts as canonical JSON, as attached to the document: sorted keys, no spaces, UTF-8."""
    return canonical(facts)


def facts_digest(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of all facts except `digest`."""
    return hashlib.sha256(facts_json({key: value for key, value in facts.items() if key != "digest"})).hexdigest()
