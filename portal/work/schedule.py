"""Periodic tasks of the worker: named, each in a transaction of its own, never run by two workers at once."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.applications.services import begin_draft_terms, lapse_drafts
from audits.complaints.services import begin_terms
from audits.core import clock
from audits.core.access import ActorKind
from audits.links.services import note_traces
from audits.worklists.services import work_off
from audits.worklists.tallying import tally_new
from certificates.following.rules import DIGEST_FROM, digest_is_due
from certificates.following.services import send_digests
from certificates.ledger.caselog import append_head
from certificates.ledger.services import sign_checkpoint
from certificates.lifecycle.services import ask_agreements, carry_out_due, log_expired
from certificates.register.services import renew_old_forms
from portal.doors.account.invitations import remind_or_close
from portal.doors.registry import newer
from portal.settings import current_settings
from portal.sight import logs
from portal.signing import credentials, ledger, receipts
from portal.signing.keys import current_keys
from portal.signing.ledger_file import BeingMadeError
from portal.stores import checking, database, periodic
from portal.work import archive, following
from portal.work.bounces import read_bounces
from portal.work.forgetting import forget
from portal.work.mail import send_daily

AGAIN = timedelta(minutes=1)  # delay after a failure

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """A task that runs every `period`, and after each midnight in the Netherlands, when days begin.

    Running it more often than needed changes nothing.
    """

    name: str
    period: timedelta
    work: Callable[[Session], Any]


def sign_head(session: Session) -> None:
    """Sign the log if it grew."""
    sign_checkpoint(session, ledger.origin(current_settings()), current_keys().ledger_key)


def renew_documents(session: Session) -> None:
    """Renew the proof of sealed documents."""
    archive.renew_due(session)


def note_links(session: Session) -> None:
    """Note the traces of all agencies, also of those that said nothing lately."""
    note_traces(session, current_settings().bank_key)


def work_off_deadlines(session: Session) -> None:
    """Begin the terms that no act begins, close what was left lying, then remind and escalate, also what was missed.

    Say in the log how much that was.
    """
    begin_terms(session)
    begin_draft_terms(session)
    lapse_drafts(session)
    remind_or_close(session)
    ask_agreements(session)
    worked = work_off(session, clock.today())
    if worked.steps:
        told = {"steps": worked.steps, "late": worked.late, "people": len(worked.people)}
        log.info("deadlines worked off", extra=told | {"agencies": len(worked.agencies)})


def make_files(session: Session) -> None:
    """Keep up the files of the whole register, which answer while no database does."""
    with suppress(BeingMadeError):
        newer.keep_up(session, current_settings())


def tell_followers(session: Session) -> None:
    """Queue what no change queued: calls that are tried again, and what a worker did not get to."""
    following.tell(session, {})


def follow_up(session: Session) -> None:
    """Send the messages of the day once it is morning."""
    here = clock.now().astimezone(clock.AMSTERDAM)
    if digest_is_due(here):
        send_digests(session, here.date())


def mail_the_day(session: Session) -> None:
    """Send the message of the day to people who chose it: once it is morning, of what was written before."""
    here = clock.now().astimezone(clock.AMSTERDAM)
    if digest_is_due(here):
        send_daily(session, datetime.combine(here.date(), DIGEST_FROM, clock.AMSTERDAM))


# The first is urgent: an entry should be under a checkpoint within seconds. No task sleeps
# over midnight, so that what follows from the day happens within seconds of it.
PERIODIC_TASKS: tuple[PeriodicTask, ...] = (
    PeriodicTask("ledger.checkpoint", timedelta(seconds=5), sign_head),
    PeriodicTask(following.TELLING, timedelta(seconds=15), tell_followers),
    PeriodicTask("register.renew", timedelta(seconds=30), renew_old_forms),
    PeriodicTask("certificate.effective", timedelta(minutes=1), carry_out_due),
    PeriodicTask("entries.confirm", timedelta(minutes=1), receipts.confirm_waiting),
    PeriodicTask("figures.tally", timedelta(minutes=1), tally_new),
    PeriodicTask("certificate.expired", timedelta(hours=1), log_expired),
    PeriodicTask("deadlines.clock", timedelta(hours=1), work_off_deadlines),
    PeriodicTask("ledger.case_log", timedelta(hours=1), append_head),
    PeriodicTask("credentials.sign_lists", timedelta(hours=1), credentials.sign_lists),
    PeriodicTask("register.files", timedelta(seconds=newer.FOLLOW_SECONDS), make_files),
    PeriodicTask("follow.day", timedelta(minutes=10), follow_up),
    PeriodicTask("mail.day", timedelta(minutes=10), mail_the_day),
    PeriodicTask("document.renew", timedelta(hours=1), renew_documents),
    PeriodicTask("data.forget", timedelta(hours=1), forget),
    PeriodicTask("mail.bounces", timedelta(minutes=1), read_bounces),
    PeriodicTask("files.check", timedelta(minutes=10), checking.check_files),
    PeriodicTask("files.collect", checking.PART_PERIOD, checking.collect_files),
    PeriodicTask("links.note", timedelta(days=1), note_links),
)


def run_due(app: Flask, tasks: Sequence[PeriodicTask] = PERIODIC_TASKS) -> list[str]:
    """Run the tasks that are due; return their names.

    A failed one is logged and retried in a minute; others still run.
    """
    return [task.name for task in tasks if _run(app, task)]


def _run(app: Flask, task: PeriodicTask) -> bool:
    logs.begin(task=task.name, actor_kind=ActorKind.SYSTEM.value)
    try:
        with app.app_context(), database.write() as session:
            if not _mine(session, task) or not periodic.is_due(session, task.name):
                return False
            task.work(session)
            periodic.note_run(session, task.name, again=min(task.period, clock.until_midnight()))
            return True
    except Exception as error:
        log.exception("a periodic task failed")
        told = logs.shortened(error)
    with app.app_context(), database.write() as session:
        periodic.note_failure(session, task.name, told, again=min(task.period, AGAIN))
    return False


def _mine(session: Session, task: PeriodicTask) -> bool:
    """Claim the task for this transaction; return False while another worker has it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(periodic.lock_of(task.name)))))
