"""Keep, change and forget lists, and note whom to tell. Pages reach all of it through functions of the database."""

from collections.abc import Collection
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Text, cast, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session, undefer

from audits.core import clock, outbox
from audits.core.db import delete_counted
from audits.core.errors import N_, RuleError
from audits.core.numbering import Counter, last_number
from audits.core.typed import clean_email
from certificates.following.models import Follow, Followed
from certificates.following.rules import CONFIRM_WITHIN, MOST_FOLLOWED, MOST_TOLD, MOST_UNCONFIRMED
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle.models import Certificate
from certificates.register import changes
from certificates.register.changes import LoggedChange

SERIES = "followers"
"""The counter of how many entries of the log were looked at for those who follow."""
_TOO_MANY = N_("Follow at most %(most)s agencies in one list.")


def follow(
    session: Session, *, follow_id: UUID, address: str, language: str, daily: bool, public_ids: Collection[str]
) -> None:
    """Keep a list until its address says yes, and ask it. Says nothing of whether that address follows already.

    A list with an id that is there already is not kept again. RuleError at `email` for what is no address, and at
    `agencies` for too many.
    """
    if len(public_ids) > MOST_FOLLOWED:
        raise RuleError(_TOO_MANY, "agencies", most=MOST_FOLLOWED)
    item = uuid4()
    values = (follow_id, clean_email(address), language, daily, cast(sorted(public_ids), ARRAY(Text)), clock.now())
    if session.scalar(select(func.keep_follow(*values, item, MOST_UNCONFIRMED))):
        outbox.announce(session, item)


def confirm(session: Session, follow_id: UUID) -> None:
    """Begin to tell: what happened before is not told."""
    session.execute(select(func.confirm_follow(follow_id, clock.now())))


def change(session: Session, follow_id: UUID, *, daily: bool, keep: Collection[str]) -> None:
    """Change how often to tell, and leave out the agencies that are not to be kept."""
    session.execute(select(func.change_follow(follow_id, daily, cast(sorted(keep), ARRAY(Text)))))


def forget(session: Session, follow_id: UUID) -> None:
    """Delete a list and its address; nothing happens to one that is not there."""
    session.execute(select(func.forget_follow(follow_id)))


def note_changes(session: Session) -> int:
    """Queue a message for everybody who follows an agency that changed since the last call; return how many.

    The worker alone calls this, one at a time.
    """
    seen, size = last_number(session, SERIES), changes.last_position(session) + 1
    if size <= seen:
        return 0
    news = select(Followed.follow_id).join(Certificate, Certificate.agency_id == Followed.agency_id)
    news = news.join(LedgerEntry, LedgerEntry.number == Certificate.number)
    news = news.where(LedgerEntry.index >= seen, LedgerEntry.index > Follow.told_upto)
    due = select(Follow.id).where(Follow.confirmed_at.is_not(None), ~Follow.daily)
    told = _tell(session, session.scalars(due.where(news.where(Followed.follow_id == Follow.id).exists())).all())
    counted = insert(Counter).values(series=SERIES, last=size)
    session.execute(counted.on_conflict_do_update(index_elements=["series"], set_={"last": size}))
    return told


def send_digests(session: Session, today: date) -> int:
    """Queue the message of the day for those who asked for one and have not had it; return how many."""
    due = update(Follow).where(Follow.daily, Follow.confirmed_at.is_not(None))
    due = due.where(or_(Follow.digested_on.is_(None), Follow.digested_on < today))
    return _tell(session, session.scalars(due.values(digested_on=today).returning(Follow.id)).all())


def clear_unconfirmed(session: Session) -> int:
    """Delete the lists to which nobody said yes in time; return how many."""
    late = delete(Follow).where(Follow.confirmed_at.is_(None), Follow.asked_at < clock.now() - CONFIRM_WITHIN)
    return delete_counted(session, late)


def hold(session: Session, follow_id: UUID) -> Follow | None:
    """Return a list with its address, locked so that two messages do not tell the same; None if it was forgotten."""
    return session.get(Follow, follow_id, with_for_update=True, options=[undefer(Follow.address)])


def take_news(session: Session, held: Follow, public_ids: Collection[str]) -> list[LoggedChange]:
    """Return what was not told yet, newest first, and note that it is told."""
    size = changes.last_position(session)
    found = changes.newest(session, public_ids, MOST_TOLD, after=held.told_upto)
    held.told_upto = size
    return found


def _tell(session: Session, follow_ids: Collection[UUID]) -> int:
    for each in follow_ids:
        outbox.enqueue(session, "follow.mail", follow_id=str(each))
    return len(follow_ids)
