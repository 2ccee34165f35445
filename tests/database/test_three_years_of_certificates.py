"""Three years of certificates with the clock moved: each expiry, withdrawal and suspension once, on the right day.

What counts from a day is decided four weeks before it. The days are those on which clocks change, the day after, one on
which Easter and summer time come together, and the turn of a year.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.schemes.cycle import DecisionKind
from certificates.ledger.entries import EntryType
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.models import CertificateChange
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.people import make_person
from tests.kit.long_runs import steps

BEGIN, END = date(2026, 12, 1), date(2029, 12, 1)
AHEAD = timedelta(days=28)
# What happens on which day: None is the last day of the certificate, after which it has expired.
DAYS = {
    "2027-03-28": DecisionKind.WITHDRAW,  # Easter, and the beginning of summer time
    "2027-10-31": DecisionKind.SUSPEND,  # the end of it
    "2028-01-01": DecisionKind.END,
    "2028-10-29": DecisionKind.WITHDRAW,
    "2028-10-30": DecisionKind.SUSPEND,
    "2028-12-01": None,
}
LOGGED = {
    DecisionKind.WITHDRAW: EntryType.WITHDRAWN,
    DecisionKind.SUSPEND: EntryType.SUSPENDED,
    DecisionKind.END: EntryType.ENDED,
    None: EntryType.EXPIRED,
}


@pytest.fixture
def held(session, monkeypatch):
    """A certificate for each of the days, all of the first day and for two years."""
    at(monkeypatch, BEGIN, time(12))
    return {date.fromisoformat(day): make_certificate(session, issued=BEGIN, months=24) for day in DAYS}


def at(monkeypatch, day, hour):
    """Put the clock on an hour in the Netherlands."""
    moment = datetime.combine(day, hour, clock.AMSTERDAM).astimezone(UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)


def decide(session, decider, certificate, day):
    """Decide today what counts from a later day."""
    said = {"reasons": "x", "grounds": [], "effective_on": day.isoformat()}
    services.CHANGES[DAYS[day.isoformat()]](session, decider, certificate.id, **said)
    session.flush()


def nights(held):
    """Yield every night near one of the days, and the days on which is decided."""
    near = {day + timedelta(days=away) for day in held for away in range(-3, 12)}
    yield from sorted(near | {day - AHEAD for day in held} | {END})


def work_off(session):
    services.carry_out_due(session)
    services.log_expired(session)
    session.flush()


def happened(session, held):
    """Return what the log and the history say of each certificate: types, and the day of the change."""
    found = {}
    for day, certificate in held.items():
        logged = select(LedgerEntry.type).where(LedgerEntry.number == certificate.number, LedgerEntry.type != "issued")
        changes = select(CertificateChange.changed_at).where(CertificateChange.certificate_id == certificate.id)
        on = [clock.day_of(moment) for moment in session.scalars(changes.where(CertificateChange.move != "issue"))]
        found[day] = (list(session.scalars(logged)), on)
    return found


def test_each_change_is_made_once_in_the_first_seconds_of_its_day(session, held, monkeypatch):
    decider = make_person(session, Role.DECIDER).actor
    for night in nights(held):
        for hour in (time(0, 0, 5), time(23, 59, 55)):
            at(monkeypatch, night, hour)
            work_off(session)
        for day, certificate in held.items():
            if night == day - AHEAD and DAYS[day.isoformat()]:
                decide(session, decider, certificate, day)
    for day, (logged, on) in happened(session, held).items():
        kind = DAYS[day.isoformat()]
        # A suspended certificate expires too; one that was withdrawn or ended does not.
        expires = [EntryType.EXPIRED] if kind is DecisionKind.SUSPEND else []
        assert (logged, on) == ([LOGGED[kind], *expires], [day] if kind else []), day


@pytest.mark.parametrize("seed", range(steps(200)))
def test_weeks_without_a_clock_end_in_the_same_state(session, held, monkeypatch, seed):
    random, decider = Random(seed), make_person(session, Role.DECIDER).actor  # noqa: S311 - days of a test
    known = list(nights(held))
    down = {first + timedelta(days=day) for first in random.sample(known, 10) for day in range(7)} - {END}
    for night in known:
        at(monkeypatch, night, time(random.randrange(24), random.randrange(60)))
        for day, certificate in held.items():
            if night == day - AHEAD and DAYS[day.isoformat()]:
                decide(session, decider, certificate, day)  # people work, whatever the clock does
        if night not in down:
            work_off(session)
    for day, (logged, on) in happened(session, held).items():
        kind = DAYS[day.isoformat()]
        expires = [EntryType.EXPIRED] if kind is DecisionKind.SUSPEND else []
        assert logged == [LOGGED[kind], *expires], day
        assert len(on) == (kind is not None)
        assert all(each >= day for each in on)
