"""Lodge an appeal, take it up, hear the agency, and end it without a decision. The caller commits.

Deciding it is in `certificates.lifecycle.services.appealing`, because a suspension may be lifted with it.
"""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.core import clock, events, moves
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.db import broken_constraint
from audits.core.errors import N_, IllegalMoveError, NotAllowedError, RuleError
from audits.core.flow import Independence
from audits.core.letters import check_length, check_printable, check_reason
from audits.core.moves import Course
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, give_deadline, open_deadline
from audits.decisions.models import Decision
from audits.disputes import events as told
from audits.disputes import notices
from audits.disputes.models import Appeal
from audits.disputes.queries import deciders_of, find_appeal, get_contested, terms_of
from audits.disputes.rules import (
    LONGEST_APPEAL,
    appeal_until,
    may_be_appealed,
    outcome_by,
    receipt_by,
)
from audits.disputes.workflow import APPEAL_FLOW
from audits.people import independence
from audits.people.queries import free_deciders
from audits.schemes.cycle import NOTHING_SAID, AppealRules
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version

TOOK_THE_DECISION = N_("You took part in the decision that this appeal is against. Somebody else must do this.")


def _check(session: Session, actor: Actor, appeal: Appeal, asks: Independence) -> None:
    if asks is not Independence.NOTHING:
        independence.check_outsider(session, actor, appeal.agency_id)
        if actor.id in deciders_of(session, appeal.decision_id):
            raise NotAllowedError(TOOK_THE_DECISION)


APPEALS = Course(Appeal, APPEAL_FLOW, _check)


def last_day(decision: Decision, version: SchemeVersion, sent_on: date | None) -> date:
    """Return the last day to appeal against a decision whose letter was sent on a day; None: not yet."""
    return appeal_until(scheme_of_version(version).terms, clock.day_of(decision.decided_at), sent_on)


def lodge_appeal(
    session: Session,
    actor: Actor,
    decision_id: UUID,
    *,
    until: date,
    reasons: str,
    late_because: str = "",
    received_on: date | None = None,
    rules: AppealRules = NOTHING_SAID,
) -> Appeal:
    """Appeal against a decision in the portal, or enter one that came on paper on the day `received_on`.

    `until` is `last_day`, `rules` those of the norm of the decision. RuleError at `late_because` when an agency is too
    late and does not say why, IllegalMoveError for a second appeal against the same decision, or against the outcome of
    an appeal.
    """
    on_paper = actor.agency_id is None
    authorise(actor, Permission.DISPUTE_HANDLE if on_paper else Permission.FINDING_ANSWER)
    decision = get_contested(session, actor, decision_id)
    if on_paper:
        independence.check_no_interest(session, actor, decision.agency_id)
    came_on = _day_of_receipt(decision, received_on, on_paper=on_paper)
    if not may_be_appealed(decision.kind):
        raise IllegalMoveError("This decision is the outcome of an appeal. We do not look at it again.")
    if find_appeal(session, actor, decision.id):
        raise IllegalMoveError("There is an appeal against this decision already.")
    check_reason(reasons, "reasons")
    check_length(reasons, LONGEST_APPEAL, "reasons")
    if came_on > until and not on_paper and not late_because.strip():
        raise RuleError(
            "The term to appeal is over. Say why you are late: somebody who took no part then decides whether we"
            " still take your appeal up.",
            "late_because",
        )
    check_printable(late_because, "late_because")
    appeal = Appeal(id=uuid4(), decision_id=decision.id, agency_id=decision.agency_id, state=APPEAL_FLOW.initial)
    appeal.reasons, appeal.late_because = reasons.strip(), late_because.strip()
    appeal.received_on, appeal.until, appeal.on_paper = came_on, until, on_paper
    appeal.lodged_by, appeal.lodged_at = actor.id, clock.now()
    session.add(appeal)
    events.record(session, told.AppealLodged(), subject_id=appeal.id, actor=actor, agency_id=appeal.agency_id)
    _flush(session)
    _ask_for_a_handler(session, appeal, rules)
    return appeal


def take_appeal(
    session: Session, actor: Actor, appeal_id: UUID, *, because: str = "", version: int | None = None
) -> Appeal:
    """Take an appeal up, also from somebody else; the agency is told until when it is decided.

    `because` admits one that came too late. RuleError at `because` without it.
    """
    said = because.strip()
    appeal = moves.make(session, APPEALS, actor, appeal_id, told.AppealTaken, reason=said, version=version)
    if appeal.is_late and not appeal.late_answer:
        check_reason(said, "because")
        appeal.late_answer = said
    appeal.handler_id, appeal.taken_at = actor.id, clock.now()
    session.flush()  # a term ends with its event
    end_deadline(session, DeadlineKind.APPEAL_RECEIPT, appeal.id)
    give_deadline(session, DeadlineKind.APPEAL_OUTCOME, appeal.id, actor.id)
    notice = notices.AppealTaken(day=terms_of(session, [appeal.id], DeadlineKind.APPEAL_OUTCOME)[appeal.id])
    tell_agency(session, appeal.agency_id, notice, subject_id=appeal.id)
    return appeal


def refuse_appeal(
    session: Session, actor: Actor, appeal_id: UUID, *, because: str, version: int | None = None
) -> Appeal:
    """Refuse an appeal that came too late, with the reason; IllegalMoveError for one that came in time."""
    said = because.strip()
    appeal = moves.make(session, APPEALS, actor, appeal_id, told.AppealRefused, reason=said, version=version)
    if not appeal.is_late:
        raise IllegalMoveError("This appeal came in time. Take it up.")
    check_reason(said, "because")
    appeal.handler_id, appeal.taken_at, appeal.late_answer = actor.id, clock.now(), said
    _end(session, appeal)
    tell_agency(session, appeal.agency_id, notices.AppealRefused(), subject_id=appeal.id)
    return appeal


def hear_agency(
    session: Session, actor: Actor, appeal_id: UUID, *, on: date | None, heard: str = "", version: int | None = None
) -> Appeal:
    """Invite the agency to a hearing on a day, or write down what it said there, which then stays.

    RuleError at `on` without a day to come, NotAllowedError for anybody but who handles the appeal.
    """
    appeal = moves.make(session, APPEALS, actor, appeal_id, told.AppealHeard, version=version)
    check_handler(actor.id, appeal)
    if appeal.heard:
        raise IllegalMoveError("What the agency said is written down already.")
    if heard.strip():
        check_printable(heard, "heard")
        appeal.heard, appeal.hearing_on = heard.strip(), on or appeal.hearing_on
    elif on is None or on < clock.today():
        raise RuleError("Enter the day of the hearing, or write down what was said.", "on")
    else:
        appeal.hearing_on = on
        tell_agency(session, appeal.agency_id, notices.AppealHearing(day=on), subject_id=appeal.id)
    session.flush()
    return appeal


def withdraw_appeal(session: Session, actor: Actor, appeal_id: UUID, *, version: int | None = None) -> Appeal:
    """Take the own appeal back; while the term runs another one may follow."""
    appeal = moves.make(session, APPEALS, actor, appeal_id, told.AppealWithdrawn, version=version)
    _end(session, appeal)
    return appeal


def check_handler(person_id: UUID, appeal: Appeal) -> None:
    """Raise NotAllowedError for anybody but who handles the appeal."""
    if appeal.handler_id != person_id:
        raise NotAllowedError("Somebody else handles this appeal. Take it up first.")


def _day_of_receipt(decision: Decision, received_on: date | None, *, on_paper: bool) -> date:
    if not on_paper:
        return clock.today()
    if received_on is None or not clock.day_of(decision.decided_at) <= received_on <= clock.today():
        raise RuleError("Enter the day on which the letter came in, after the decision and not later than today.",
                        "received_on")  # fmt: skip
    return received_on


def _ask_for_a_handler(session: Session, appeal: Appeal, rules: AppealRules) -> None:
    about: dict[str, Any] = {"subject_id": appeal.id, "agency_id": appeal.agency_id}
    first, last = receipt_by(rules, clock.today()), outcome_by(rules, appeal.received_on)
    open_deadline(session, DeadlineKind.APPEAL_RECEIPT, **about, due_on=first, owner_role=Role.DECIDER)
    open_deadline(session, DeadlineKind.APPEAL_OUTCOME, **about, due_on=last, owner_role=Role.DECIDER)
    took_part = deciders_of(session, appeal.decision_id)
    for person_id in free_deciders(session, appeal.agency_id):
        if person_id not in took_part:
            tell_person(session, person_id, notices.AppealReceived(day=first), subject_id=appeal.id)


def _end(session: Session, appeal: Appeal) -> None:
    session.flush()  # a term ends with its event
    end_terms(session, appeal)


def end_terms(session: Session, appeal: Appeal) -> None:
    """End the terms of an appeal, whose move is flushed."""
    for kind in (DeadlineKind.APPEAL_RECEIPT, DeadlineKind.APPEAL_OUTCOME):
        end_deadline(session, kind, appeal.id)


def _flush(session: Session) -> None:
    """Flush; turn a second appeal at the same moment into the error that the check above raises."""
    try:
        session.flush()
    except IntegrityError as refusal:
        if broken_constraint(refusal) == "uq_appeal_decision":
            raise IllegalMoveError("There is an appeal against this decision already.") from refusal
        raise
