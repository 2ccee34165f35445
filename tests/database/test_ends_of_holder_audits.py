"""The ends of audits of a holder that are not about keeping a certificate: more scope, and nothing left to decide."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from audits.changes import services as changes
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.basis import BasisMovedError, Part
from audits.decisions.models import Decision
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.schemes.cycle import AuditKind, DecisionKind
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import holder_basis
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from tests.kit.factories.certificates import BASE_URL, BODY, make_certificate
from tests.kit.factories.changes import report
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import make_holder_audit
from tests.kit.factories.people import make_person

S = CertificateState
MORE = "sectors:construction"


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


def take_up(session, agency, **more):
    """The agency reports that it does more, and the office finds it right."""
    waiting = report(session, agency, **more)
    changes.accept_change(session, make_person(session, Role.PLANNER).actor, waiting.id, checked_against="Seen.")
    session.flush()


def audit_of(session, certificate, kind=AuditKind.SCOPE_EXTENSION, verdicts=None):
    return make_holder_audit(
        session, certificate.agency, kind, AuditState.REVIEWED, verdicts, by_hand=["PAY-05"]
    )  # fmt: skip


def end(session, decider, audit, fate=Fate.EXTEND_SCOPE, **more):
    said = {"reasons": "It does this as it should.", "fate": fate, **more}
    return services.decide_on_holder(session, decider.actor, audit.id, **said)


def wider(session, certificate):
    take_up(session, certificate.agency, sectors=(*certificate.scope["sectors"], "construction"))
    return audit_of(session, certificate)


# More scope


def test_an_audit_for_more_scope_ends_with_a_certificate_that_covers_more(session, certificate, decider):
    audit = wider(session, certificate)
    end(session, decider, audit, scope=[MORE])
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.EXTEND_SCOPE))
    assert (decision.audit_id, decision.certificate_id, audit.state) == (audit.id, certificate.id, "concluded")
    new = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    session.flush()
    services.issue_certificate(session, new.id, sha256="f" * 64, size=9, language="nl")
    assert new.scope == certificate.scope | {"sectors": [*certificate.scope["sectors"], "construction"]}
    assert (new.valid_until, new.state, certificate.state) == (certificate.valid_until, S.ACTIVE, S.REPLACED)
    assert session.get_one(RegisterEntry, certificate.agency_id).scope == new.scope
    said = decision_letter_facts(session, decision, body=BODY)
    assert (len(said["granted"]), said["declined"]) == (len(decision.granted.items()), [])


def test_what_was_not_taken_up_not_audited_or_not_chosen_is_not_added(session, certificate, decider):
    take_up(session, certificate.agency, sectors=(*certificate.scope["sectors"], "construction"))
    take_up(session, certificate.agency, own_housing=not certificate.scope["own_housing"], housing_places=9)
    audit = audit_of(session, certificate)
    for items in ([], ["sectors:transport"], ["own_housing", MORE]):
        with pytest.raises(RuleError) as refusal, session.begin_nested():
            end(session, decider, audit, scope=items)
        assert refusal.value.field == "scope"


@pytest.mark.parametrize("why", ["another kind", "a finding stands in the way", "nothing more", "suspended"])
def test_no_more_scope_where_something_is_against_it(session, certificate, decider, why):
    kind = AuditKind.SPECIAL if why == "another kind" else AuditKind.SCOPE_EXTENSION
    if why != "nothing more":
        take_up(session, certificate.agency, sectors=(*certificate.scope["sectors"], "construction"))
    audit = audit_of(session, certificate, kind)
    if why == "a finding stands in the way":
        add_findings(session, audit, [finding("critical")])
    if why == "suspended":
        other = make_person(session, Role.DECIDER)
        services.suspend_certificate(session, other.actor, certificate.id, reasons="x", grounds=[])
    with pytest.raises(RuleError) as refusal:
        end(session, decider, audit, scope=[MORE])
    assert refusal.value.field == "fate"


@pytest.mark.parametrize("who", ["inspector", "interest"])
def test_nobody_with_a_part_or_an_interest_adds_scope(session, certificate, decider, who):
    audit = wider(session, certificate)
    person = audit.inspector if who == "inspector" else decider
    if who == "interest":
        row = Interest(person_id=person.id, agency_id=audit.agency_id, nature="x", declared_at=clock.now())
        session.add(row)
        session.flush()
    actor = type(decider.actor)(person.id, decider.actor.roles)
    with pytest.raises(NotAllowedError):
        services.decide_on_holder(
            session, actor, audit.id, fate=Fate.EXTEND_SCOPE, reasons="x", scope=[MORE]
        )  # fmt: skip


def test_what_can_be_added_is_part_of_the_basis(session, certificate, decider):
    audit = wider(session, certificate)
    shown = holder_basis(session, audit, certificate).shown
    take_up(session, certificate.agency, sectors=(*certificate.agency.sectors, "transport"))
    with pytest.raises(BasisMovedError) as moved:
        end(session, decider, audit, scope=[MORE], shown=shown)
    assert moved.value.parts == (Part.SCOPE,)


@pytest.mark.parametrize("wrong", ["kind", "item"])
def test_the_database_adds_no_scope_that_nobody_audited(session, certificate, decider, wrong):
    audit = wider(session, certificate)
    if wrong == "kind":
        audit = audit_of(session, certificate, AuditKind.SPECIAL)
    added = {"kind": "construction", "item": "transport"}[wrong]
    scope = certificate.scope | {"sectors": [*certificate.scope["sectors"], added]}
    values = {
        "kind": DecisionKind.EXTEND_SCOPE,
        "audit_id": audit.id,
        "certificate_id": certificate.id,
        "agency_id": certificate.agency_id,
        "decider_id": decider.id,
        "reasons": "x",
        "scope": scope,
        "conditions": [],
        "basis_sha256": "0" * 64,
        "decided_at": clock.now(),
        "effective_on": clock.today(),
    }
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(insert(Decision).values(**values))
    assert refusal.value.orig.diag.constraint_name == "extended_scope"


# Nothing left to decide

GONE = [S.WITHDRAWN, S.ENDED, None]


def go(session, certificate, state, monkeypatch):
    """The certificate is taken away, given up, or runs out."""
    decider = make_person(session, Role.DECIDER).actor
    if state is S.WITHDRAWN:
        services.withdraw_certificate(session, decider, certificate.id, reasons="x", grounds=[])
    elif state is S.ENDED:
        services.end_certificate(session, decider, certificate.id, reasons="x", grounds=[])
    else:
        late = clock.now() + timedelta(days=800)
        monkeypatch.setattr(clock, "now", lambda: late)


@pytest.mark.parametrize("state", GONE)
def test_an_audit_whose_certificate_is_gone_is_closed_without_effect(session, decider, state, monkeypatch):
    certificate = make_certificate(session)
    critical = {"FRE-07": ("nonconform", "Nobody opened the door.")}
    audit = audit_of(session, certificate, AuditKind.SPECIAL, None if state else critical)
    go(session, certificate, state, monkeypatch)
    with pytest.raises(RuleError, match="Choose what becomes"), session.begin_nested():
        end(session, decider, audit, Fate.MAINTAIN)
    assert end(session, decider, audit, Fate.CLOSE) is None
    session.flush()
    assert audit.state is AuditState.CONCLUDED
    [decision] = session.scalars(select(Decision).where(Decision.kind == DecisionKind.CLOSE))
    assert (decision.audit_id, decision.certificate_id) == (audit.id, None)
    open_tasks = select(Deadline.kind).where(Deadline.agency_id == audit.agency_id, Deadline.done_at.is_(None))
    left = set(session.scalars(open_tasks))
    assert not left & {DeadlineKind.CRITICAL_FINDING, DeadlineKind.SURVEILLANCE, DeadlineKind.DECISION}
    assert decision_letter_facts(session, decision, body=BODY)["kind"] == "close"


def test_an_audit_is_not_closed_while_there_is_a_certificate_nor_one_of_an_application(session, certificate, decider):
    audit = audit_of(session, certificate, AuditKind.SPECIAL)
    with pytest.raises(RuleError, match="Choose what becomes"), session.begin_nested():
        end(session, decider, audit, Fate.CLOSE)
    values = {
        "kind": DecisionKind.CLOSE,
        "audit_id": audit.id,
        "agency_id": audit.agency_id,
        "decider_id": decider.id,
        "reasons": "x",
        "conditions": [],
        "basis_sha256": "0" * 64,
        "decided_at": clock.now(),
        "effective_on": clock.today(),
    }
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(insert(Decision).values(**values))
    assert refusal.value.orig.diag.constraint_name == "closed_audit"
    first = certificate.decision.audit_id
    session.execute(update(Certificate).values(state=S.ENDED))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Decision).values(**values | {"audit_id": first}))


def test_an_application_is_not_ended_by_it(session, certificate, decider):
    with pytest.raises(IllegalMoveError):
        end(session, decider, certificate.decision.concluded, Fate.CLOSE)
