"""The content of letters as plain values; see `certificates.press.documents`."""

from typing import TypedDict

from certificates.press.named import Body, Holder, Norm


class LetterCondition(TypedDict):
    """A condition, and its last day."""

    text: str
    due_on: str


class LetterAppeal(TypedDict):
    """An appeal: what became of it, and against which decision it was."""

    outcome: str
    kind: str
    decided_on: str
    lifted: bool  # the suspension that it was against
    waited_until: str | None  # from which day the decision counts, or would have, that waited for this one


class LetterReplaced(TypedDict):
    """The decision that another comes in place of."""

    kind: str
    decided_on: str


class LetterGround(TypedDict):
    """A ground of a decision: its public words, and what the letter alone says under it."""

    words: str
    explanation: str


class LetterTerm(TypedDict):
    """What a letter about terms names: in words or by its day, and its last day."""

    what: str
    day: str | None
    due_on: str


class PlannedDay(TypedDict):
    """A day of an audit; hours are a decimal in text."""

    day: str
    place: str
    who: str
    hours: str


class PlannedPerson(TypedDict):
    """Somebody who audits; the role is "inspector" for who leads, or a code of audits.teams.rules.TeamRole."""

    name: str
    role: str


class Meeting(TypedDict):
    """The opening or the closing meeting; the place is empty while no days are planned."""

    day: str
    place: str


class PlanChanges(TypedDict):
    """What is different from the plan that was sent before."""

    first_day: str | None
    days_added: list[PlannedDay]
    days_dropped: list[PlannedDay]
    joined: list[PlannedPerson]
    left: list[PlannedPerson]


class LetterPlan(TypedDict):
    """The plan of an audit: when, where, by whom, about what."""

    reference: str
    norm: str
    whole: bool  # whether it is about the whole norm
    scope: list[str]  # what the agency does, in words
    lists: list[str]  # of what samples are drawn, in words
    first_day: str
    opening: Meeting
    closing: Meeting
    days: list[PlannedDay]
    team: list[PlannedPerson]
    changed: PlanChanges | None  # None: it is sent for the first time


class TermLetterFacts(TypedDict):
    """A letter in the words of `audits/worklists/letters.toml`: about terms of one kind, or with a plan."""

    language: str
    number: str
    agency: Holder
    kind: str  # a code of audits.deadlines.rules.DeadlineKind, or "audit_plan"
    moment: str  # a code of audits.worklists.letters.Moment, or of PlanLetter there
    written_on: str
    title: str
    text: list[str]
    items: list[LetterTerm]
    plan: LetterPlan | None
    after: list[str]
    body: Body


class DecisionLetterFacts(TypedDict):
    """The letter that informs an agency of a decision of any kind and its reasons."""

    language: str
    number: str  # of the letter; empty in a draft of it
    reference: str  # number of the audit that it concluded, or of the certificate that it changed
    agency: Holder
    norm: Norm
    kind: str  # a code of audits.schemes.cycle.DecisionKind
    provisional: bool  # a suspension at once
    hear_until: str | None  # the last day to be heard about it
    replaces: LetterReplaced | None  # after an appeal that was upheld
    confirms: bool  # that suspension, after the agency was heard
    heard: str  # what the agency said then
    grounds: list[LetterGround]
    excepted: list[str]  # for what a certificate that is suspended in part does not count
    reasons: str
    appeal: LetterAppeal | None  # that the decision is about
    condition: str  # that was met
    conditions: list[LetterCondition]  # that a grant names, or that are left
    granted: list[str]  # the items of the scope that a grant covers, in words
    declined: list[str]  # those that were stated and not granted
    decided_on: str
    decided_by: str  # the role
    effective_on: str
    held_back: bool  # until the term to appeal, and an appeal in time, is over
    register: str  # the status that the register shows from this decision, as a code
    certificate_number: str | None  # the certificate of that status
    valid_until: str | None
    score: int | None  # of the audit, if it concluded one
    basis_sha256: str  # digest of the basis of the decision
    object_until: str  # last day for an objection
    body: Body
