"""Forget what was kept long enough, and count it by kind and day. `portal/stores/retention.py` has the terms."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.db import delete_counted
from audits.core.outbox import OutboxItem
from audits.inspections.services.drawing import erase_before
from audits.notes import services as notes
from audits.signals import services as signals
from certificates.following.services import clear_unconfirmed
from certificates.following.webhooks import clear_calls
from portal.doors.account.services import clear_out
from portal.settings import current_settings
from portal.stores.messages import forget_before
from portal.stores.retention import (
    ADDRESSES_KEPT,
    AUTHORITY_SIGNALS_KEPT,
    JOBS_KEPT,
    MESSAGES_KEPT,
    NOTES_KEPT,
    TOLD_KEPT,
    WORDS_KEPT,
    note_forgotten,
)
from portal.web.security_log import clear_security_log


def forget(session: Session) -> None:
    """Forget what was kept long enough, and note how much of each kind that was."""
    note_forgotten(session, {code: work(session) for code, work in FORGETS.items()})


def forget_lists(session: Session) -> int:
    """Erase the members of populations of audits that are over, once they were kept for `LISTS_KEPT_DAYS`."""
    return erase_before(session, clock.now() - timedelta(days=current_settings().lists_kept_days))


def forget_jobs(session: Session) -> int:
    """Delete jobs and messages that were done."""
    return delete_counted(session, delete(OutboxItem).where(OutboxItem.done_at < clock.now() - JOBS_KEPT))


def forget_messages(session: Session) -> int:
    """Delete the list of what was mailed."""
    return forget_before(session, clock.now() - MESSAGES_KEPT)


def forget_told(session: Session) -> int:
    """Erase what complaints and signals say and how to reach their senders, once they were answered."""
    return _counted(session, func.forget_told, clock.now() - TOLD_KEPT)


def forget_addresses(session: Session) -> int:
    """Erase address and password of accounts that ended."""
    return _counted(session, func.forget_addresses, clock.now() - ADDRESSES_KEPT)


def forget_words(session: Session) -> int:
    """Erase what was typed in events and sealed entries; their salted digests stay."""
    return _counted(session, func.forget_words, clock.now() - WORDS_KEPT)


def forget_notes(session: Session) -> int:
    """Delete notes of the office."""
    return notes.forget_notes(session, clock.now() - NOTES_KEPT)


def forget_authority_signals(session: Session) -> int:
    """Delete signals from authorities that count no longer."""
    return signals.forget_signals(session, clock.today() - AUTHORITY_SIGNALS_KEPT)


def forget_vault(session: Session) -> int:
    """Erase signals of exploitation; they are kept as long as what else people told us."""
    return _counted(session, func.forget_vault, clock.now() - TOLD_KEPT)


def forget_pictures(session: Session) -> int:
    """Forget pictures and files beside verdicts; the store gives up their bytes, which no row names any more."""
    return _counted(session, func.forget_cell_files, clock.now() - WORDS_KEPT)


FORGETS: Mapping[str, Callable[[Session], int]] = {
    "sessions": clear_out,
    "security": clear_security_log,
    "accounts": forget_addresses,
    "jobs": forget_jobs,
    "messages": forget_messages,
    "told": forget_told,
    "authority_signals": forget_authority_signals,
    "vault": forget_vault,
    "followers": clear_unconfirmed,
    "calls": clear_calls,
    "lists": forget_lists,
    "words": forget_words,
    "notes": forget_notes,
    "pictures": forget_pictures,
}
"""The function of each row that this task forgets; files go by `files.collect`, some folders at a time."""


def _counted(session: Session, function: Any, before: datetime) -> int:
    return session.scalar(select(function(before))) or 0
