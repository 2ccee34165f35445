"""Take a signal of anybody; note one of an authority, end it, and forget it. The caller commits."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from audits.agencies.queries import get_agency
from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.db import delete_counted
from audits.core.errors import RuleError, missing
from audits.core.flow import moved_on
from audits.core.letters import check_length, check_reason
from audits.people.independence import check_no_interest
from audits.signals.models import AuthoritySignal
from audits.signals.rules import LONGEST_MESSAGE, LONGEST_REFERENCE, About, Source, counts_until, reference


def receive_signal(
    session: Session, agency_id: UUID, *, signal_id: UUID, about: About, message: str, contact: str, language: str
) -> str:
    """Keep what a visitor of the register told about an agency; return the number to keep. Nobody is recorded.

    A signal with an id that is there already is not kept again.
    """
    kept = func.keep_signal(signal_id, agency_id, about.value, language, message, contact, clock.now())
    session.execute(select(kept))
    return reference(signal_id)


def note_signal(
    session: Session,
    actor: Actor,
    agency_id: UUID,
    *,
    source: Source,
    about: About,
    text: str,
    received_on: date,
    its_reference: str = "",
    months: int | None = None,
) -> AuthoritySignal:
    """Note what an authority told about an agency, by somebody without an interest in it.

    `months` is how long it counts by the scheme. RuleError at `received_on` for a day to come or one so old that it
    counts no longer, at `text` or `reference` for too much or nothing.
    """
    authorise(actor, Permission.SIGNAL_VIEW)
    get_agency(session, actor, agency_id)
    check_no_interest(session, actor, agency_id)
    check_reason(text, "text")
    check_length(text, LONGEST_MESSAGE, "text")
    check_length(its_reference, LONGEST_REFERENCE, "reference")
    until, today = counts_until(received_on, months), clock.today()
    if not received_on <= today <= until:
        raise RuleError("Enter the day on which it came in: not later than today, and so that it still counts.",
                        "received_on")  # fmt: skip
    signal = AuthoritySignal(id=uuid4(), agency_id=agency_id, source=source, about=about, text=text.strip())
    signal.reference, signal.received_on, signal.until = its_reference.strip(), received_on, until
    signal.noted_by, signal.noted_at = actor.id, clock.now()
    session.add(signal)
    session.flush()
    return signal


def end_signal(session: Session, actor: Actor, signal_id: UUID, *, because: str) -> AuthoritySignal:
    """End a signal from an authority before its day, with a reason; it counts no longer and stays readable."""
    authorise(actor, Permission.SIGNAL_VIEW)
    signal = session.get(AuthoritySignal, signal_id, with_for_update={"of": AuthoritySignal})
    if signal is None:
        raise missing(AuthoritySignal)
    check_no_interest(session, actor, signal.agency_id)
    if not signal.counts_on(clock.today()):
        raise moved_on()
    check_reason(because, "because")
    check_length(because, LONGEST_MESSAGE, "because")
    signal.ended_by, signal.ended_at, signal.ended_because = actor.id, clock.now(), because.strip()
    session.flush()
    return signal


def forget_signals(session: Session, before: date) -> int:
    """Delete signals from authorities whose last day was before a day; return how many."""
    return delete_counted(session, delete(AuthoritySignal).where(AuthoritySignal.until < before))
