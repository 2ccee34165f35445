"""How cases and renewals go on when a new version of the norm holds: as that version says."""

from datetime import timedelta

import pytest

from audits.applications.services import start_application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError
from audits.decisions.rules import Outcome
from audits.inspections.workflow import AuditState
from certificates.lifecycle.services import decide_on_audit
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, short

TODAY = clock.today()


def publish(session, *, renewals=0, cases=None):
    """Publish the second version, which holds from today, with these days of its transition, in days from today."""
    said = short(SECOND).replace("valid_from: 2027-01-01", f"valid_from: {TODAY}")
    said = said.replace("renewals_from: 2027-01-01", f"renewals_from: {TODAY + timedelta(days=renewals)}")
    said = said.replace("cases_until: null", f"cases_until: {TODAY + timedelta(days=cases)}") if cases else said
    make_scheme(session, said)


@pytest.mark.parametrize(("renewals", "version"), [(5, "1.0"), (0, "1.1")])
def test_a_renewal_is_held_to_the_new_version_from_the_day_that_it_says(session, renewals, version):
    holder = make_certificate(session).agency
    publish(session, renewals=renewals)
    renewal = start_application(session, make_person(session, Role.AGENCY_OWNER, holder).actor)
    assert renewal.scheme_version.version == version
    other = make_person(session, Role.AGENCY_OWNER, make_application(session, state=ApplicationState.REFUSED).agency)
    assert start_application(session, other.actor).scheme_version.version == "1.1"  # who holds nothing renews nothing


@pytest.mark.parametrize(("cases", "waited", "ended"), [(1, 2, True), (1, 1, False), (None, 9, False)])
def test_nothing_is_granted_under_a_version_whose_cases_are_over(session, monkeypatch, cases, waited, ended):
    audit = make_audit(session, AuditState.REVIEWED)
    publish(session, cases=cases)
    then = clock.now() + timedelta(days=waited)
    monkeypatch.setattr(clock, "now", lambda: then)
    decider, said = make_person(session, Role.DECIDER).actor, {"reasons": "The norm is met."}
    if ended:
        with pytest.raises(IllegalMoveError, match="any more"), session.begin_nested():
            decide_on_audit(session, decider, audit.id, outcome=Outcome.GRANT, **said)
        assert decide_on_audit(session, decider, audit.id, outcome=Outcome.REFUSE, **said).kind == "refuse"
    else:
        assert decide_on_audit(session, decider, audit.id, outcome=Outcome.GRANT, **said).kind == "grant"
