"""What each document says, as plain values: the snapshots that the press prints and the database keeps.

Everything is JSON: text, whole numbers, truth values, lists and mappings. Dates are ISO texts (`2027-03-01`), digests
hex texts, shares fractions between 0 and 1. Words that people chose or that the norm defines (names, activities,
countries, verdicts, grades) come in the language of the document; the fixed sentences are the templates'.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from audits.agencies.rules import ScopeInWords
from audits.core.canonical import canonical
from certificates.documents.stages import DocumentKind


class Body(TypedDict):
    """The certification body. `address` may have several lines."""

    name: str
    address: str


class Seat(TypedDict):
    """The address of the legal entity; `country` in words."""

    street: str
    postcode: str
    city: str
    country: str


class Holder(TypedDict):
    """Whom a report or letter is about and goes to. `register_label` names the register: "KvK number"."""

    legal_name: str
    register_label: str
    register_number: str
    seat: Seat


class Norm(TypedDict):
    """The published scheme version that was applied; `sha256` of its text."""

    name: str
    version: str
    sha256: str


class CertificateFacts(ScopeInWords):
    """A certificate: its scope in words, and these fields.

    The rosette is drawn from `digest`, which must be `facts_digest` of all other fields.
    """

    language: str
    number: str
    legal_name: str
    trade_names: list[str]
    register_label: str
    register_number: str
    seat: Seat
    sites: int  # places of business, the seat among them
    norm: Norm
    decided_on: str
    valid_from: str
    valid_until: str
    conditional: bool
    conditions: list[str]  # public
    body: Body
    decided_by: str  # the role, never the person
    excludes: list[str]  # what the mark does not cover, a phrase each
    register_url: str  # the permanent address of the register entry
    digest: str


class RegisterExtractFacts(ScopeInWords):
    """The proof of check: what the register said about one agency at one moment. Its digest is as a certificate's.

    Without a certificate the fields about one are None, empty or false; `norm` then is None too.
    """

    language: str
    reference: str  # of this extract, unique
    asked_at: str  # the moment, to the second and with its offset from UTC: 2027-03-01T14:03:27+01:00
    status: str  # the code: one of certificates.lifecycle.rules.Status
    status_label: str  # the same in words
    since: str | None  # the day from which it holds
    reason: str  # of a suspension or withdrawal, as the register shows it; may be empty
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
    """How many findings of one grade there are, gravest grade first in a list; `points` together."""

    name: str
    count: int
    points: int


class Sample(TypedDict):
    """One population and what was drawn from it."""

    unit: str  # in words, plural: "personnel files"
    population: int
    drawn: int
    digest: str  # SHA-256 of the frozen population
    seed: str  # 32 bytes, hex
    algorithm: str
    references: list[str]  # pseudonyms, in the order of the draw


class Answer(TypedDict):
    """What the agency says about a finding, after the four-O method."""

    cause: str
    extent: str
    solution: str
    operation: str


class ReportFinding(TypedDict):
    """One finding, with what it rests on. `interval` is the 95 percent interval of the share in the population."""

    number: int
    code: str
    title: str
    requirement: str
    grade: str  # in words
    points: int
    blocks: bool  # no certificate while it is open
    unit: str  # in words, plural
    population: int
    assessed: int
    nonconforming: int
    interval: list[float]  # two shares: from, to
    observed: str
    due_on: str | None
    state: str  # in words
    answer: Answer | None
    verification: str  # the inspector's note on the answer; may be empty


class Judgement(TypedDict):
    """The verdict on one requirement. `finding` is the number of the finding that follows from it, if any."""

    code: str
    title: str
    verdict: str  # in words
    assessed: int
    nonconforming: int
    finding: int | None


class ReportChapter(TypedDict):
    """The requirements of one chapter of the norm."""

    code: str
    title: str
    requirements: list[Judgement]


class AuditReportFacts(TypedDict):
    """The report of an audit."""

    language: str
    reference: str
    agency: Holder
    norm: Norm
    announced: bool
    started_on: str
    reported_on: str
    inspector: str
    summary: str
    score: int
    fail_total: int  # from here on no certificate
    conditional_from: int  # from here on at most a certificate with conditions
    grades: list[Grade]
    sampling: str  # how the draw is made, so that anybody can make it again; from the norm
    samples: list[Sample]
    findings: list[ReportFinding]
    chapters: list[ReportChapter]
    body: Body


class DecisionLetterFacts(TypedDict):
    """The letter that tells an agency what was decided and why."""

    language: str
    reference: str  # of the audit that was decided on
    agency: Holder
    norm: Norm
    outcome: Literal["grant", "grant_with_conditions", "refuse"]
    reasons: str
    conditions: list[str]
    decided_on: str
    decided_by: str  # the role
    score: int
    basis_sha256: str  # digest of the file as it was decided on
    object_until: str  # the last day to object
    body: Body


DOCUMENTS: dict[DocumentKind, type] = {
    DocumentKind.CERTIFICATE: CertificateFacts,
    DocumentKind.REGISTER_EXTRACT: RegisterExtractFacts,
    DocumentKind.AUDIT_REPORT: AuditReportFacts,
    DocumentKind.DECISION_LETTER: DecisionLetterFacts,
}


def facts_json(facts: Mapping[str, Any]) -> bytes:
    """The facts as canonical JSON: sorted keys, no spaces, UTF-8. This is what is attached to the document."""
    return canonical(facts)


def facts_digest(facts: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON of all facts but `digest` itself."""
    return hashlib.sha256(facts_json({key: value for key, value in facts.items() if key != "digest"})).hexdigest()
