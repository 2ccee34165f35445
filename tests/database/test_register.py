"""The register row of an agency: its content and sources, and that computing it again changes nothing."""

import threading
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.errors import NotFoundError
from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CertificateState
from certificates.register import queries
from certificates.register.models import RegisterEntry, RegisterSlip
from certificates.register.services import parted, rebuild_all, rebuild_batch, refresh_entry, renew_old_forms
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.certificates import (
    SCOPE,
    change,
    make_applicant,
    make_certificate,
    make_refusal,
)
from tests.kit.scheme import SECOND, short

S = CertificateState
TODAY = clock.today()


def entry(session, agency_id):
    return queries.entry_of(session, agency_id)


def row(found):
    return {column.key: getattr(found, column.key) for column in RegisterEntry.__mapper__.columns}


def statuses(session, agency_id, day=TODAY):
    return [(line.on, line.status) for line in queries.history(session, agency_id, day)]


def test_an_issued_certificate_makes_an_entry_with_its_scope_in_codes(session):
    certificate = make_certificate(session)
    found = entry(session, certificate.agency_id)
    assert found.status_on(TODAY) is Status.CERTIFIED
    assert found.certificate_number == certificate.number
    assert found.public_id == f"nl-{found.register_number}"
    assert found.since == certificate.valid_from
    assert found.scope == {key: value for key, value in SCOPE.items() if key != "housing_places"}
    assert found.scheme["code"] == "fair-agency-work"
    assert len(found.scheme["sha256"]) == 64


def test_what_an_agency_writes_later_does_not_widen_its_certified_scope(session):
    certificate = make_certificate(session)
    agency = certificate.agency
    agency.sectors, agency.recruitment_countries, agency.own_housing = ["care"], ["UA"], False
    agency.legal_name, agency.former_names = "Nieuwe Naam B.V.", [agency.legal_name]
    refresh_entry(session, agency.id)
    found = entry(session, agency.id)
    assert found.legal_name == "Nieuwe Naam B.V."
    assert found.scope["sectors"] == SCOPE["sectors"]
    assert found.scope["own_housing"] is True


def test_a_certificate_that_is_not_sealed_yet_is_not_public(session):
    certificate = make_certificate(session, S.ISSUING)
    found = entry(session, certificate.agency_id)
    assert found.certificate_number is None
    assert found.status_on(TODAY) is Status.APPLIED  # as before the decision: no gap while the seal is made
    assert queries.history(session, certificate.agency_id, TODAY) == []
    with pytest.raises(NotFoundError):
        queries.certificate(session, certificate.number)


def test_an_agency_that_was_never_public_has_no_entry(session):
    agency = make_agency(session)
    refresh_entry(session, agency.id)
    with pytest.raises(NotFoundError):
        entry(session, agency.id)


def test_an_application_is_shown_for_three_months_and_its_address_for_ever(session):
    agency = make_applicant(session, accepted=date(2026, 1, 10))
    found = entry(session, agency.id)
    assert found.status_on(date(2026, 1, 10)) is Status.APPLIED
    assert found.since_on(date(2026, 1, 10)) == date(2026, 1, 10)
    assert found.status_on(date(2026, 4, 10)) is Status.APPLIED
    assert found.status_on(date(2026, 4, 11)) is Status.NONE
    assert found.since_on(date(2026, 4, 11)) is None


def test_how_long_an_application_is_shown_is_said_by_its_scheme(session):
    shorter = short(SECOND).replace("applied_months: 3", "applied_months: 1")
    make_scheme(session, shorter)
    found = entry(session, make_applicant(session, accepted=date(2026, 1, 31)).id)
    assert found.applied_until == date(2026, 2, 28)
    assert (found.status_on(date(2026, 2, 28)), found.status_on(date(2026, 3, 1))) == (Status.APPLIED, Status.NONE)


def test_a_refusal_leaves_only_the_address_and_says_no_more_than_not_certified(session):
    agency = make_applicant(session)
    make_refusal(session, make_agency(session))  # another's refusal is another's
    application = entry(session, agency.id)
    assert application.listed
    refused = make_agency(session, legal_name="Geweigerd B.V.", trade_names=[])
    make_refusal(session, refused)
    found = entry(session, refused.id)
    assert not found.listed
    assert found.status_on(TODAY) is Status.NONE
    assert found.scope == found.scheme == {}
    assert queries.search(session, refused.legal_name, day=TODAY).total == 0


@pytest.mark.parametrize(
    ("state", "status"),
    [(S.ACTIVE, Status.CERTIFIED), (S.SUSPENDED, Status.SUSPENDED), (S.WITHDRAWN, Status.WITHDRAWN)],
)
def test_every_state_stays_visible(session, state, status):
    certificate = make_certificate(session, state, reason="No payslips.")
    found = queries.search(session, certificate.number.lower(), day=TODAY)
    assert [each.status_on(TODAY) for each in found.entries] == [status]
    first = queries.history(session, certificate.agency_id, TODAY)[0]
    assert (first.status, first.reason) == (status, "No payslips." if state is not S.ACTIVE else "")


def test_the_end_of_validity_is_read_from_the_calendar_and_stands_in_the_history(session):
    certificate = make_certificate(session, issued=date(2024, 3, 1), months=24)
    found = entry(session, certificate.agency_id)
    last = date(2026, 2, 28)
    assert (found.status_on(last), found.since_on(last)) == (Status.CERTIFIED, date(2024, 3, 1))
    day = last + timedelta(days=1)
    assert (found.status_on(day), found.since_on(day)) == (Status.EXPIRED, day)
    assert statuses(session, certificate.agency_id, last) == [(date(2024, 3, 1), Status.CERTIFIED)]
    assert statuses(session, certificate.agency_id) == [(day, Status.EXPIRED), (date(2024, 3, 1), Status.CERTIFIED)]


def test_a_renewal_in_time_keeps_the_since_date_and_one_after_a_gap_does_not(session):
    first = make_certificate(session, issued=date(2023, 1, 1), months=24)
    second = make_certificate(session, agency=first.agency, issued=date(2024, 12, 1), months=12)
    found = entry(session, first.agency_id)
    assert (found.certificate_number, found.since) == (second.number, date(2023, 1, 1))
    make_certificate(session, agency=first.agency, issued=date(2026, 2, 1))
    session.expire_all()
    assert entry(session, first.agency_id).since == date(2026, 2, 1)
    assert statuses(session, first.agency_id) == [
        (date(2026, 2, 1), Status.CERTIFIED),
        (date(2025, 12, 1), Status.EXPIRED),
        (date(2024, 12, 1), Status.CERTIFIED),
        (date(2023, 1, 1), Status.CERTIFIED),
    ]


def test_a_lifted_suspension_starts_a_new_run_and_one_lifted_too_late_is_an_end(session):
    certificate = make_certificate(session, issued=date(2026, 1, 1), months=10)
    change(session, certificate, S.SUSPENDED, date(2026, 3, 1), "Late wages.")
    change(session, certificate, S.ACTIVE, date(2026, 4, 1), "Repaired.")
    assert entry(session, certificate.agency_id).since_on(date(2026, 5, 1)) == date(2026, 4, 1)
    change(session, certificate, S.SUSPENDED, date(2026, 10, 1), "Late again.")
    change(session, certificate, S.ACTIVE, date(2026, 11, 20), "Repaired.")
    assert [line.status for line in queries.history(session, certificate.agency_id, TODAY)] == [
        Status.EXPIRED, Status.SUSPENDED, Status.CERTIFIED, Status.SUSPENDED, Status.CERTIFIED,
    ]  # fmt: skip
    assert entry(session, certificate.agency_id).since_on(TODAY) == date(2026, 11, 20)


def test_conditions_are_public_and_their_end_starts_a_new_run(session):
    first = make_certificate(session, issued=date(2026, 1, 1), conditions=["Pay all workers by the 5th."], months=12)
    found = entry(session, first.agency_id)
    assert found.status_on(TODAY) is Status.CONDITIONAL
    assert found.conditions == ["Pay all workers by the 5th."]
    make_certificate(session, agency=first.agency, issued=date(2026, 6, 1))
    assert entry(session, first.agency_id).since == date(2026, 6, 1)


def test_an_agency_that_lost_its_mark_and_asks_again_says_both(session):
    certificate = make_certificate(session, S.WITHDRAWN)
    assert not entry(session, certificate.agency_id).applies_again(TODAY)
    from audits.applications.workflow import ApplicationState
    from tests.kit.factories.certificates import _application

    _application(session, certificate.agency, ApplicationState.ACCEPTED, TODAY)
    refresh_entry(session, certificate.agency_id)
    found = entry(session, certificate.agency_id)
    assert found.status_on(TODAY) is Status.WITHDRAWN
    assert found.applies_again(TODAY)


def test_making_the_row_again_changes_nothing_not_even_its_moment(session):
    certificate = make_certificate(session, S.SUSPENDED)
    before = row(entry(session, certificate.agency_id))
    refresh_entry(session, certificate.agency_id)
    session.expire_all()
    assert row(entry(session, certificate.agency_id)) == before


def test_the_register_equals_one_rebuilt_from_its_sources(session):
    make_certificate(session, S.SUSPENDED)
    second = make_certificate(session, details={"legal_name": "Łódź Werk B.V.", "trade_names": ["Робота"]})
    make_certificate(session, agency=second.agency, issued=TODAY)
    make_applicant(session)
    make_refusal(session, make_agency(session))
    make_agency(session)
    kept = {found.public_id: row(found) for found in session.scalars(select(RegisterEntry))}
    session.query(RegisterEntry).delete()
    session.expire_all()
    assert rebuild_all(session) == len(kept) == 4
    again = {found.public_id: row(found) for found in session.scalars(select(RegisterEntry))}
    assert {key: value | {"updated_at": None} for key, value in again.items()} == {
        key: value | {"updated_at": None} for key, value in kept.items()
    }


def test_the_three_figures_count_what_the_entries_say(session):
    make_certificate(session)
    make_certificate(session, conditions=["Repair it."])
    make_certificate(session, S.SUSPENDED)
    make_certificate(session, S.WITHDRAWN)
    make_certificate(session, issued=date(2024, 1, 1), months=12)
    make_applicant(session)
    counted = queries.figures(session, TODAY)
    assert (counted.certified, counted.lost) == (2, 2)
    assert counted.updated_at == max(session.scalars(select(RegisterEntry.updated_at)))


def test_a_refresh_that_started_early_cannot_put_an_old_status_back(real_db):
    """The job reads while the suspension is not committed yet: it must wait, and then read the suspension."""
    with Session(real_db) as session:
        agency_id = make_certificate(session).agency_id
        session.commit()
    with Session(real_db) as deciding:
        certificate_id = deciding.scalar(
            select(RegisterEntry.certificate_id).where(RegisterEntry.agency_id == agency_id)
        )
        change(deciding, deciding.get_one(queries.Certificate, certificate_id), S.SUSPENDED, TODAY)

        def refresh():
            with Session(real_db) as job:
                refresh_entry(job, agency_id)
                job.commit()

        late = threading.Thread(target=refresh)
        late.start()
        late.join(0.3)
        assert late.is_alive(), "the refresh did not wait for the transaction that changes the status"
        deciding.commit()
        late.join(10)
    with Session(real_db) as session:
        assert queries.entry_of(session, agency_id).state is S.SUSPENDED


def test_rows_of_older_rules_are_made_anew_some_at_a_time_and_keep_their_moment(session):
    for _ in range(3):
        make_applicant(session)
    kept = {found.public_id: row(found) for found in session.scalars(select(RegisterEntry))}
    session.execute(update(RegisterEntry).values(form=0, words=[], folded="||"))
    assert (renew_old_forms(session, limit=2), renew_old_forms(session, limit=2), renew_old_forms(session)) == (2, 1, 0)
    session.expire_all()
    assert {found.public_id: row(found) for found in session.scalars(select(RegisterEntry))} == kept


MADE_ANEW = select(RegisterEntry.agency_id).where(RegisterEntry.city != "nowhere")


def test_parts_of_a_rebuild_are_all_of_it_and_nothing_twice(session):
    ids = sorted(make_applicant(session).id for _ in range(7))
    for parts in (1, 2, 3, 9):
        bounds = [None, *parted(session, parts), None]
        assert len(bounds) == parts + 1
        session.execute(update(RegisterEntry).values(city="nowhere"))
        for after, until in pairwise(bounds):
            within = [each for each in ids if (after is None or each > after) and (until is None or each <= until)]
            before = set(session.scalars(MADE_ANEW))
            last = rebuild_batch(session, after, until, limit=len(ids))
            assert last in {None, ids[-1]}
            assert set(session.scalars(MADE_ANEW)) - before == set(within)
        assert set(session.scalars(MADE_ANEW)) == set(ids)


def test_a_rebuild_forgets_the_words_that_no_entry_has(session):
    agency = make_applicant(session, legal_name="Zwaluw B.V.", trade_names=[])
    agency.legal_name = "Merel B.V."
    rebuild_all(session)
    words = set(session.scalars(select(RegisterSlip.word)))
    assert "merel" in words
    assert "zwaluw" not in words
