"""Kinds of deadlines, which days may be chosen for one, and which are due. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from audits.core.errors import RuleError

FURTHEST = timedelta(days=92)
"""From today to a last day that somebody chooses."""

CRITICAL_FINDING_WORKING_DAYS = 2
"""Until a decider has acted, where the scheme (edition 1) names no term."""


SUSPENSION_HEARING_WORKING_DAYS = 5
"""Until the agency was heard after a suspension at once, where the scheme (edition 1) names no term."""


SECOND_READING_WORKING_DAYS = 10
"""Until somebody has read a report that was drawn by lot once more; no scheme names a term."""


AGREEMENT_WORKING_DAYS = 20
"""At least, until a holder accepts a certification agreement that changed (ISO/IEC 17065, 7.10.1: due notice)."""


RETURNED_WORKING_DAYS = 10
"""Until an application that was sent back is submitted again, where nobody chooses a day; no scheme names a term."""


class DeadlineKind(StrEnum):
    """Kinds of deadlines: what must be done. Each has a subject: what it is about."""

    CRITICAL_FINDING = "critical_finding"  # decide what becomes of the certificate of the holder of an audit
    REPORTED_CHANGE = "reported_change"  # check what an agency reported
    CHANGE_DECISION = "change_decision"  # decide about the certificate after a reported change
    SPECIAL_AUDIT = "special_audit"  # plan a special audit after a reported change
    SUSPENSION_HEARING = "suspension_hearing"  # hear the holder, then confirm the suspension at once, or end it
    APPLICATION_REVIEW = "application_review"  # accept, return or refuse an application
    REPORT = "report"  # report an audit
    DECISION = "decision"  # decide on an audit
    SURVEILLANCE = "surveillance"  # hold a surveillance audit of a cycle, and decide on it
    SUSPENSION = "suspension"  # lift the suspension of a certificate, or withdraw it
    CONDITION = "condition"  # meet a condition of a certificate
    CONDITION_PROOF = "condition_proof"  # judge the proof of a condition
    RENEWAL = "renewal"  # renew a certificate before it ends
    LINK_REPORT = "link_report"  # judge what links an agency to others
    CORRECTIVE_ACTION = "corrective_action"  # repair a finding; a trigger opens and ends it
    APPEAL_RECEIPT = "appeal_receipt"  # take an appeal up, and tell the agency
    APPEAL_OUTCOME = "appeal_outcome"  # decide on an appeal
    APPEAL_FOLLOW_UP = "appeal_follow_up"  # decide anew after an appeal that was upheld
    DRAFT = "draft"  # submit an application; the clock opens it and, if nobody works on it, closes the application
    COMPLAINT_RECEIPT = "complaint_receipt"  # take up a complaint about us; the clock opens this and the next three
    COMPLAINT_ANSWER = "complaint_answer"  # answer it
    SIGNAL_RECEIPT = "signal_receipt"  # take up a signal
    SIGNAL_ANSWER = "signal_answer"  # say what became of it
    AGREEMENT = "agreement"  # accept a certification agreement that changed
    EVIDENCE_REQUEST = "evidence_request"  # give what an inspector asks for; a trigger opens and ends it
    REPORT_COMMENT = "report_comment"  # comment on the draft of a report
    SECOND_READING = "second_reading"  # read a report once more
    RETURNED = "returned"  # submit an application again that was sent back


class Term(Protocol):
    """The part of a deadline that the rules look at."""

    @property
    def due_on(self) -> date:
        """Return the last day."""
        ...

    @property
    def done_at(self) -> datetime | None:
        """Return the moment of the act that ended it, or None."""
        ...


AnyTerm = TypeVar("AnyTerm", bound=Term)


def check_day(due_on: date, today: date) -> None:
    """Raise RuleError at `due_on` for a day that leaves no time, or that is far away."""
    if due_on <= today:
        raise RuleError("Choose a day after today.", "due_on")
    if due_on > today + FURTHEST:
        raise RuleError("Choose a day within three months.", "due_on")


def due(terms: Iterable[AnyTerm], on: date) -> list[AnyTerm]:
    """Return the open terms whose last day is `on` or earlier, earliest first."""
    return sorted((term for term in terms if term.done_at is None and term.due_on <= on), key=lambda term: term.due_on)
