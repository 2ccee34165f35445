"""The webhook of a list: set and renewed by pages through functions, called by the worker."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from audits.core.db import delete_counted
from certificates.following.models import Followed, Webhook, WebhookCall
from certificates.following.rules import CALLS_KEPT, MOST_CALLS, check_webhook, next_call
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle.models import Certificate
from certificates.register import changes
from certificates.register.changes import LoggedChange

_AT_ONCE = 200  # calls that one look queues
_LOST = timedelta(minutes=10)  # after which a call that was queued is queued again: its job got lost


class WebhookState(NamedTuple):
    """A webhook as the owner of its list sees it."""

    id: UUID
    url: str
    generation: int
    renewed_at: datetime


class CallState(NamedTuple):
    """What became of one message."""

    id: UUID
    position: int
    made_at: datetime
    due_at: datetime | None
    attempts: int
    outcome: str
    arrived_at: datetime | None


def webhook_of(session: Session, follow_id: UUID) -> WebhookState | None:
    """Return the webhook of a list, if it has one."""
    known = select(func.webhook_state(follow_id).table_valued(*WebhookState._fields))
    row = session.execute(known).one_or_none()
    return WebhookState(*row) if row else None


def calls_of(session: Session, follow_id: UUID) -> list[CallState]:
    """Return the last messages to the webhook of a list, newest first."""
    known = select(func.webhook_calls(follow_id, MOST_CALLS).table_valued(*CallState._fields))
    return [CallState(*row) for row in session.execute(known)]


def set_webhook(session: Session, follow_id: UUID, url: str, *, plain: bool = False) -> None:
    """Give a list a webhook, or the one that it has another address. RuleError at `url`."""
    session.execute(select(func.set_webhook(follow_id, uuid4(), check_webhook(url, plain=plain), clock.now())))


def renew_secret(session: Session, follow_id: UUID) -> None:
    """Sign with another secret from now on, and for a day with the present one too."""
    session.execute(select(func.renew_webhook(follow_id, clock.now())))


def drop_webhook(session: Session, follow_id: UUID) -> None:
    """Call no more, and forget what was sent."""
    session.execute(select(func.drop_webhook(follow_id)))


def replay(session: Session, follow_id: UUID, call_id: UUID) -> None:
    """Send a message again that arrived or was given up, under the same id."""
    session.execute(select(func.replay_call(follow_id, call_id, clock.now())))


def note_calls(session: Session) -> int:
    """Add a call for each change that a webhook was not told of, and queue those that are due; return how many.

    The worker alone calls this, one at a time.
    """
    now, last = clock.now(), changes.last_position(session)
    behind = select(Webhook.id, LedgerEntry.index).join(Followed, Followed.follow_id == Webhook.follow_id)
    behind = behind.join(Certificate, Certificate.agency_id == Followed.agency_id)
    behind = behind.join(LedgerEntry, LedgerEntry.number == Certificate.number)
    behind = behind.where(LedgerEntry.index > Webhook.told_upto, LedgerEntry.index <= last)
    for webhook_id, position in session.execute(behind.order_by(LedgerEntry.index)):
        session.add(
            WebhookCall(webhook_id=webhook_id, position=position, made_at=now, due_at=now, attempts=0, outcome="")
        )
    session.flush()
    session.execute(update(Webhook).where(Webhook.told_upto < last).values(told_upto=last))
    due = select(WebhookCall.id, WebhookCall.webhook_id).where(WebhookCall.due_at <= now)
    calls = session.execute(due.order_by(WebhookCall.due_at).limit(_AT_ONCE)).all()
    queued = update(WebhookCall).where(WebhookCall.id.in_([call_id for call_id, _ in calls]))
    session.execute(queued.values(due_at=now + _LOST))
    for call_id, webhook_id in calls:
        outbox.enqueue(session, "webhook.call", call_id=str(call_id), receiver=str(webhook_id))
    return len(calls)


def hold_call(session: Session, call_id: UUID) -> tuple[WebhookCall, Webhook, LoggedChange] | None:
    """Return a call that is due, locked, with its webhook and what it tells; None if it arrived or was forgotten."""
    call = session.get(WebhookCall, call_id, with_for_update=True)
    if call is None or call.due_at is None:
        return None
    webhook = session.scalars(select(Webhook).where(Webhook.id == call.webhook_id)).one()
    told = changes.since(session, call.position - 1, 1)
    return (call, webhook, told[0]) if told and told[0].position == call.position else None


def note_outcome(call: WebhookCall, outcome: str, *, arrived: bool) -> None:
    """Note what came of an attempt, and when the next one follows."""
    call.attempts += 1
    call.outcome = outcome
    now = clock.now()
    call.arrived_at = now if arrived else call.arrived_at
    call.due_at = None if arrived else next_call(call.attempts, now)


def clear_calls(session: Session) -> int:
    """Forget calls that nobody will want again; return how many."""
    old = delete(WebhookCall).where(WebhookCall.made_at < clock.now() - CALLS_KEPT, WebhookCall.due_at.is_(None))
    return delete_counted(session, old)
