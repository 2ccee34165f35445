"""Issuing and changing certificates: gap-free numbers, idempotence, one current certificate, public history."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import AGENCY_ROLES, SYSTEM, Actor, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.decisions.models import Decision
from audits.people.services import declare_interest
from audits.schemes.queries import scheme_of_version
from certificates.documents.models import Document
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.queries import changes_of
from certificates.lifecycle.rules import certificate_number, valid_until
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CertificateState
from certificates.register.models import RegisterEntry
from portal.work import handlers
from tests.kit.certifying import issue, number
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.certificates import (
    make_certificate,
    make_grant,
    make_refusal,
)
from tests.kit.queued import enqueued

S = CertificateState

REASON = "Signals about unpaid wages."


def serial(certificate_number):
    return int(certificate_number.split("-")[2])


# Numbering


def test_a_grant_becomes_a_numbered_certificate_that_waits_for_its_seal(session):
    decision = make_grant(session)
    certificate = number(session, decision)
    today = clock.today()
    assert certificate.number == certificate_number(today.year, 1)
    assert (certificate.state, certificate.issued_at) == (S.ISSUING, None)
    assert (certificate.conditional, certificate.conditions) == (False, [])
    months = scheme_of_version(decision.audit.scheme_version).validity.certified_months
    assert (certificate.valid_from, certificate.valid_until) == (today, valid_until(today, months))
    assert certificate.snapshot["number"] == certificate.number
    assert enqueued(session, "certificate.seal") == [{"certificate_id": str(certificate.id)}]
    assert [event.name for event in history(session, certificate.id)] == ["certificate.number"]


def test_a_conditional_grant_lasts_shorter_and_names_its_conditions(session):
    decision = make_grant(session, conditions=["Check it again."])
    certificate = number(session, decision)
    months = scheme_of_version(decision.audit.scheme_version).validity.conditional_months
    assert (certificate.conditional, certificate.conditions) == (True, ["Check it again."])
    assert certificate.valid_until == valid_until(clock.today(), months)


def test_a_certificate_that_is_made_days_later_is_valid_from_the_day_of_its_decision(session, monkeypatch):
    decision, decided_on = make_grant(session), clock.today()
    later = clock.now() + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: later)
    certificate = number(session, decision)
    months = scheme_of_version(decision.audit.scheme_version).validity.certified_months
    assert (certificate.valid_from, certificate.valid_until) == (decided_on, valid_until(decided_on, months))


def test_to_number_twice_gives_the_same_certificate(session):
    decision = make_grant(session)
    assert number(session, decision) is number(session, decision)
    assert len(enqueued(session, "certificate.seal")) == 1


def test_a_refusal_gives_no_certificate(session):
    decision = make_refusal(session, make_agency(session))
    with pytest.raises(IntegrityError) as refusal:
        number(session, decision)
    assert refusal.value.orig.diag.constraint_name == "granted"


def test_numbers_have_no_gaps_whatever_fails_beside_them(real_db):
    with Session(real_db) as session:
        decisions = [make_grant(session).id for _ in range(20)]
        session.commit()
    start = Barrier(20)

    def attempt(place):
        with Session(real_db) as session:
            start.wait()
            decision = session.get_one(Decision, decisions[place])
            given_number = number(session, decision).number
            if place % 3 == 0:
                session.rollback()
                return None
            session.commit()
            return given_number

    with ThreadPoolExecutor(20) as pool:
        numbers = [each for each in pool.map(attempt, range(20)) if each]
    assert sorted(map(serial, numbers)) == list(range(1, 14))
    with Session(real_db) as session:
        later = [number(session, session.get_one(Decision, decisions[place])).number for place in range(20)]
        assert sorted(map(serial, later)) == list(range(1, 21))
        assert set(numbers) <= set(later)


def test_numbering_restarts_every_year(session, monkeypatch):
    first = number(session, make_grant(session))
    monkeypatch.setattr(clock, "today", lambda: date(first.valid_from.year + 1, 1, 1))
    second = number(session, make_grant(session))
    assert (serial(first.number), serial(second.number)) == (1, 1)
    assert first.number != second.number


# Issuing


def test_to_issue_makes_it_public_in_the_same_commit(session):
    certificate = issue(session, number(session, make_grant(session)))
    assert (certificate.state, certificate.issued_at is None) == (S.ACTIVE, False)
    entry = session.get_one(RegisterEntry, certificate.agency_id)
    assert (entry.state, entry.certificate_number, entry.listed) == (S.ACTIVE, certificate.number, True)
    document = session.scalars(select(Document)).one()
    assert (document.kind, document.subject_id, document.sha256) == ("certificate", certificate.id, "a" * 64)
    assert document.snapshot == certificate.snapshot
    assert [change.move for change in changes_of(session, certificate.id)] == ["issue"]
    (mail,) = enqueued(session, "mail.agency")
    assert (mail["template"], mail["number"]) == ("certificate_issued", certificate.number)


def test_to_issue_twice_is_to_issue_once(session):
    certificate = number(session, make_grant(session))
    first = issue(session, certificate).issued_at
    assert issue(session, certificate, "b" * 64).issued_at == first
    assert session.scalars(select(Document.sha256)).all() == ["a" * 64]
    assert len(changes_of(session, certificate.id)) == 1


def test_to_issue_late_does_not_wake_up_what_was_withdrawn(session, decider):
    certificate = issue(session, number(session, make_grant(session)))
    services.withdraw_certificate(session, decider, certificate.id, reasons=REASON)
    assert issue(session, certificate, "b" * 64).state is S.WITHDRAWN


@pytest.mark.parametrize("state", [S.ACTIVE, S.SUSPENDED])
def test_a_new_certificate_replaces_the_current_one(session, state):
    older = make_certificate(session, state)
    newer = issue(session, number(session, make_grant(session, older.agency)))
    assert (older.state, newer.state) == (S.REPLACED, S.ACTIVE)
    entry = session.get_one(RegisterEntry, older.agency_id)
    assert (entry.state, entry.certificate_number) == (S.ACTIVE, newer.number)
    assert changes_of(session, older.id)[0].move == "replace"


def test_what_was_withdrawn_stays_withdrawn_beside_a_new_certificate(session):
    older = make_certificate(session, S.WITHDRAWN)
    issue(session, number(session, make_grant(session, older.agency)))
    assert older.state is S.WITHDRAWN


def test_the_database_allows_one_current_certificate_per_agency(session):
    older = make_certificate(session)
    newer = number(session, make_grant(session, older.agency))
    with pytest.raises(IntegrityError) as refusal:
        session.execute(update(Certificate).where(Certificate.id == newer.id).values(state=S.ACTIVE))
    assert refusal.value.orig.diag.constraint_name == "uq_certificate_living"


def test_two_workers_who_seal_at_the_same_time_issue_once(real_app, real_db, monkeypatch):
    snapshot = []
    monkeypatch.setattr(handlers, "_print", lambda *args, **_: (snapshot.append(args) or f"{len(snapshot):064}", 9))
    with Session(real_db) as session:
        certificate_id = number(session, make_grant(session)).id
        session.commit()
    start = Barrier(2)

    def seal(_):
        with real_app.app_context(), Session(real_db) as session:
            start.wait()
            handlers.seal(session, {"certificate_id": str(certificate_id)})
            session.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(seal, range(2)))
    seal_again(real_app, real_db, certificate_id)
    with Session(real_db) as session:
        assert session.scalars(select(Document.sha256)).all() == [f"{1:064}"]
        assert session.scalars(select(CertificateChange.move)).all() == ["issue"]
    assert len(snapshot) == 1


def seal_again(real_app, real_db, certificate_id):
    with real_app.app_context(), Session(real_db) as session:
        handlers.seal(session, {"certificate_id": str(certificate_id)})
        session.commit()


# Moves


MOVES = {
    (S.ISSUING, "issue"): S.ACTIVE,
    (S.ACTIVE, "suspend"): S.SUSPENDED,
    (S.ACTIVE, "withdraw"): S.WITHDRAWN,
    (S.ACTIVE, "end"): S.ENDED,
    (S.ACTIVE, "replace"): S.REPLACED,
    (S.ACTIVE, "suspend_part"): S.PARTLY_SUSPENDED,
    (S.PARTLY_SUSPENDED, "suspend"): S.SUSPENDED,
    (S.PARTLY_SUSPENDED, "lift"): S.ACTIVE,
    (S.PARTLY_SUSPENDED, "withdraw"): S.WITHDRAWN,
    (S.PARTLY_SUSPENDED, "end"): S.ENDED,
    (S.PARTLY_SUSPENDED, "replace"): S.REPLACED,
    (S.SUSPENDED, "lift"): S.ACTIVE,
    (S.SUSPENDED, "withdraw"): S.WITHDRAWN,
    (S.SUSPENDED, "end"): S.ENDED,
    (S.SUSPENDED, "replace"): S.REPLACED,
}


CHANGES = {
    "suspend": services.suspend_certificate,
    "lift": services.lift_suspension,
    "withdraw": services.withdraw_certificate,
    "end": services.end_certificate,
}


def test_the_flow_has_these_moves_and_no_others():
    found = {}
    for state in CertificateState:
        for move in CERTIFICATE_FLOW.moves:
            try:
                found[state, move] = CERTIFICATE_FLOW.target(state, move)
            except IllegalMoveError:
                continue
    assert found == MOVES


@pytest.mark.parametrize("state", CertificateState)
@pytest.mark.parametrize("move", CHANGES)
def test_every_change_in_every_state(session, decider, state, move):
    certificate = make_certificate(session, state)
    before = len(changes_of(session, certificate.id))
    target = MOVES.get((state, move))
    if target is None:
        with pytest.raises(IllegalMoveError):
            CHANGES[move](session, decider, certificate.id, reasons=REASON)
        assert len(changes_of(session, certificate.id)) == before
        return
    CHANGES[move](session, decider, certificate.id, reasons=f" {REASON} ")
    newest = changes_of(session, certificate.id)[0]
    assert (certificate.state, newest.state, newest.move, newest.reason) == (target, target, move, "")
    [decision] = session.scalars(select(Decision).where(Decision.certificate_id == certificate.id)).all()
    assert (decision.kind, decision.reasons, decision.decider_id) == (move, REASON, decider.id)
    assert (newest.decision_id, newest.actor_id) == (decision.id, decider.id)
    assert enqueued(session, "document.decision_letter") == [{"decision_id": str(decision.id)}]
    assert session.get_one(RegisterEntry, certificate.agency_id).state is target
    event = history(session, certificate.id)[-1]
    assert (event.name, event.actor_id) == (f"certificate.{move}", decider.id)
    assert event.told == {"before": state, "after": target, "reason": REASON}
    (mail,) = enqueued(session, "mail.agency")
    assert (mail["move"], mail["reason"], mail["number"]) == (move, REASON, certificate.number)


@pytest.mark.parametrize("move", CHANGES)
def test_a_change_needs_a_reason_and_a_decider(session, decider, move):
    certificate = make_certificate(session, S.SUSPENDED if move == "lift" else S.ACTIVE)
    with pytest.raises(RuleError) as refusal:
        CHANGES[move](session, decider, certificate.id, reasons=" ")
    assert refusal.value.field == "reasons"
    for role in set(Role) - {Role.DECIDER}:
        actor = Actor(decider.id, frozenset({role}), certificate.agency_id if role in AGENCY_ROLES else None)
        for reason in (REASON, ""):
            with pytest.raises(NotAllowedError):
                CHANGES[move](session, actor, certificate.id, reasons=reason)
    assert len(changes_of(session, certificate.id)) == (2 if move == "lift" else 1)


@pytest.mark.parametrize("move", CHANGES)
def test_nobody_changes_the_certificate_of_an_agency_in_which_they_have_an_interest(session, decider, move):
    certificate = make_certificate(session, S.SUSPENDED if move == "lift" else S.ACTIVE)
    declare_interest(session, decider, certificate.agency_id, "Owns shares.")
    with pytest.raises(NotAllowedError, match="an interest in"):
        CHANGES[move](session, decider, certificate.id, reasons=REASON)


def test_an_unknown_certificate_is_not_found(session, decider):
    with pytest.raises(NotFoundError):
        services.suspend_certificate(session, decider, decider.id, reasons=REASON)


def test_nobody_but_the_portal_itself_issues(session, decider):
    certificate = number(session, make_grant(session))
    for name in ("issue", "replace"):
        assert not decider.has(CERTIFICATE_FLOW.moves[name].permission)
        assert SYSTEM.has(CERTIFICATE_FLOW.moves[name].permission)
    with pytest.raises(IllegalMoveError):
        services.withdraw_certificate(session, decider, certificate.id, reasons=REASON)


def test_a_change_and_the_register_are_one_commit(session, decider):
    certificate = make_certificate(session)
    agency_id, certificate_id = certificate.agency_id, certificate.id
    session.commit()
    services.suspend_certificate(session, decider, certificate_id, reasons=REASON)
    assert session.get_one(RegisterEntry, agency_id).state is S.SUSPENDED
    session.rollback()
    assert session.get_one(RegisterEntry, agency_id).state is S.ACTIVE
    assert session.get_one(Certificate, certificate_id).state is S.ACTIVE
