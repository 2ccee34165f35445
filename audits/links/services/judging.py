"""Ask an agency about what links it to others, and judge that. The caller commits."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, events, moves
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import Moved
from audits.core.flow import Independence
from audits.core.letters import check_reason
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline
from audits.links import events as told
from audits.links import notices
from audits.links.models import LinkHit, LinkReport
from audits.links.queries import is_judging
from audits.links.rules import total
from audits.links.services.course import LINKS, open_task, record
from audits.links.workflow import LinkState, LinkVerdict
from audits.people.queries import people_with

ANSWER_WORKING_DAYS = 5


def ask_agency(session: Session, actor: Actor, report_id: UUID, hit_ids: Collection[UUID]) -> LinkReport:
    """Tell the agency what links it to another, and ask for an answer; what it was asked already is left out."""
    report = _hold(session, actor, report_id)
    asked = [hit for hit in _hits(session, report) if hit.id in hit_ids and hit.asked_at is None]
    if not asked:
        raise RuleError("Choose what to ask the agency about.", "hits")
    until = add_working_days(clock.today(), ANSWER_WORKING_DAYS)
    for hit in asked:
        hit.asked_by, hit.asked_at, hit.answer_by = actor.id, clock.now(), until
    signs = tuple(sorted({hit.sign for hit in asked}))
    record(session, actor, report, told.LinkAsked(after=report.state, signs=signs))
    tell_agency(session, report.agency_id, notices.LinksAsked(day=until))
    return report


def answer_link(session: Session, actor: Actor, hit_id: UUID, *, answer: str) -> LinkHit:
    """Answer for the own agency about one sign; once, while the report is open."""
    authorise(actor, Permission.AGENCY_EDIT)
    hit = session.get(LinkHit, hit_id, with_for_update=True)
    if hit is None or hit.agency_id != actor.agency_id or hit.asked_at is None:
        raise NotFoundError("This is not asked of your agency.")
    if hit.answered_at is not None or hit.judged_at is not None:
        raise IllegalMoveError("This was answered already.")
    check_reason(answer, "answer")
    hit.answer, hit.answered_by, hit.answered_at = answer.strip(), actor.id, clock.now()
    event = told.LinkAnswered(after=LinkState.OPEN, sign=hit.sign, answer=hit.answer)
    events.record(session, event, subject_id=hit.report_id, actor=actor, agency_id=hit.agency_id)
    return hit


def judge_link(
    session: Session, actor: Actor, report_id: UUID, hit_id: UUID, *, verdict: LinkVerdict, reason: str
) -> LinkHit:
    """Say whether a sign counts, with the reason. It can count only after the agency was heard, or its term is over."""
    report = _hold(session, actor, report_id)
    hit = next((each for each in _hits(session, report) if each.id == hit_id), None)
    if hit is None:
        raise NotFoundError("This is not in the report.")
    check_reason(reason)
    if verdict is LinkVerdict.COUNTS and not heard(hit):
        raise RuleError("The agency answers first. Ask it, and wait for the answer or the end of its term.", "verdict")
    hit.verdict, hit.reason, hit.judged_by, hit.judged_at = verdict, reason.strip(), actor.id, clock.now()
    event = told.LinkJudged(after=report.state, sign=hit.sign, other=hit.other_id, verdict=verdict, reason=hit.reason)
    record(session, actor, report, event)
    return hit


def dismiss_links(
    session: Session, actor: Actor, report_id: UUID, *, reason: str, version: int | None = None
) -> LinkReport:
    """Find that it is no comeback. Everything in the report must be judged."""
    return _conclude(session, actor, report_id, told.LinksDismissed, reason=reason, version=version)


def refer_links(
    session: Session, actor: Actor, report_id: UUID, *, reason: str, version: int | None = None
) -> LinkReport:
    """Put what counts to the deciders. Everything must be judged, and something must count."""
    report = _conclude(session, actor, report_id, told.LinksReferred, reason=reason, version=version)
    if not any(hit.verdict is LinkVerdict.COUNTS for hit in _hits(session, report)):
        raise RuleError("Nothing in this report counts. Find it to be no comeback.")
    notice = notices.LinksReferred(agency=report.agency.legal_name)
    for person in people_with(session, Role.DECIDER):
        tell_person(session, person.id, notice, subject_id=report.id)
    return report


def return_links(
    session: Session, actor: Actor, report_id: UUID, *, reason: str, version: int | None = None
) -> LinkReport:
    """Send a report back to the office, which judges it again. IllegalMoveError while another report is open."""
    check_reason(reason)
    report = moves.load(session, LinkReport, report_id)
    if is_judging(session, report.agency_id):
        raise IllegalMoveError("A newer report about this agency is open.")
    moves.make(session, LINKS, actor, report, told.LinksReturned, reason=reason.strip(), version=version)
    report.judged_by, report.judged_at, report.reason = None, None, ""
    open_task(session, report)
    return report


def heard(hit: LinkHit) -> bool:
    """Return whether the agency answered, or let the term for it pass."""
    return hit.answered_at is not None or (hit.answer_by is not None and hit.answer_by < clock.today())


def weight_that_counts(hits: Collection[LinkHit]) -> float:
    """Return the weight of what counts."""
    return total(float(hit.weight) for hit in hits if hit.verdict is LinkVerdict.COUNTS)


def _conclude(
    session: Session, actor: Actor, report_id: UUID, move: type[Moved], *, reason: str, version: int | None
) -> LinkReport:
    check_reason(reason)
    report = moves.load(session, LinkReport, report_id)
    if any(hit.verdict is None for hit in _hits(session, report)):
        raise RuleError("Judge every sign first.")
    moves.make(session, LINKS, actor, report, move, reason=reason.strip(), version=version)
    report.judged_by, report.judged_at, report.reason = actor.id, clock.now(), reason.strip()
    session.flush()
    end_deadline(session, DeadlineKind.LINK_REPORT, report.id)
    return report


def _hold(session: Session, actor: Actor, report_id: UUID) -> LinkReport:
    may, none = Permission.APPLICATION_REVIEW, Independence.NO_INTEREST
    return moves.hold(session, LINKS, actor, report_id, may, asks=none, within={LinkState.OPEN})


def _hits(session: Session, report: LinkReport) -> list[LinkHit]:
    return list(session.scalars(select(LinkHit).where(LinkHit.report_id == report.id)))
