"""What becomes of a certificate: when its holder is refused, and when a critical finding is reported."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.basis import BasisMovedError, Part, audit_basis
from audits.decisions.models import Decision, DecisionBasis
from audits.decisions.rules import Outcome
from audits.inspections import services as audits
from audits.inspections.models import Finding
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.schemes.cycle import DecisionKind
from certificates.lifecycle import services
from certificates.lifecycle.queries import find_living, held_parts, urgent_tasks
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.certificates import BODY, make_certificate
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

S = CertificateState
SAFE = {"IDW-03": ("nonconform", "The agency keeps the passport.")}  # critical


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


def renewed(session, certificate, state=AuditState.REVIEWED, verdicts=None, version=None):
    """An audit of the holder after the certificate."""
    application = make_application(session, agency=certificate.agency, version=version, state=ApplicationState.ACCEPTED)
    return make_audit(session, state, verdicts, application=application)


def refuse(session, person, audit, fate=None, **more):
    said = {"reasons": "Passports in a safe.", "fate": fate, **more}
    return services.decide_on_audit(session, person.actor, audit.id, outcome=Outcome.REFUSE, **said)


def kinds(session, agency_id):
    query = select(Decision.kind, Decision.audit_id).where(Decision.agency_id == agency_id)
    return session.execute(query.order_by(Decision.decided_at)).all()[1:]  # the first is the grant


# Refusals


AFTER = {Fate.SUSPEND: S.SUSPENDED, Fate.WITHDRAW: S.WITHDRAWN, Fate.MAINTAIN: S.ACTIVE}


@pytest.mark.parametrize("fate", AFTER)
def test_a_refused_holder_gets_two_decisions_in_one_act_and_the_register_shows_it(session, decider, fate):
    certificate = make_certificate(session)
    audit = renewed(session, certificate)
    refusal = refuse(session, decider, audit, fate, fate_reasons="It was repaired the same day.")
    session.flush()
    assert certificate.state is AFTER[fate]
    assert kinds(session, audit.agency_id) == [("refuse", audit.id), (fate.value, audit.id)]
    act = session.scalars(select(Decision).where(Decision.certificate_id == certificate.id)).one()
    assert (act.reasons, act.decider_id) == ("It was repaired the same day.", decider.id)
    status = certificate.status_on(clock.today())
    assert session.get_one(RegisterEntry, certificate.agency_id).status_on(clock.today()) is status
    for decision in (refusal, act):
        said = decision_letter_facts(session, decision, body=BODY)
        assert (said["register"], said["certificate_number"]) == (status, certificate.number)


def test_a_holder_is_not_refused_without_a_choice(session, decider):
    certificate = make_certificate(session)
    audit = renewed(session, certificate)
    with pytest.raises(RuleError, match="Choose what becomes of it") as refusal:
        refuse(session, decider, audit)
    assert refusal.value.field == "fate"
    assert (audit.state, kinds(session, audit.agency_id)) == (AuditState.REVIEWED, [])


def test_keeping_it_needs_a_reason_of_its_own_and_a_sanction_has_those_of_the_refusal(session, decider):
    certificate = make_certificate(session)
    audit = renewed(session, certificate)
    with pytest.raises(RuleError, match="Say why") as refusal:
        refuse(session, decider, audit, Fate.MAINTAIN, fate_reasons=" ")
    assert refusal.value.field == "fate_reasons"
    refuse(session, decider, audit, Fate.SUSPEND)
    act = session.scalars(select(Decision).where(Decision.certificate_id == certificate.id)).one()
    assert act.reasons == "Passports in a safe."


def test_what_is_suspended_already_is_withdrawn_or_stays_suspended(session, decider):
    certificate = make_certificate(session, S.SUSPENDED)
    audit = renewed(session, certificate)
    with pytest.raises(RuleError, match="Choose what becomes of it"):
        refuse(session, decider, audit, Fate.SUSPEND)
    refuse(session, decider, audit, Fate.MAINTAIN, fate_reasons="The term still runs.")
    assert certificate.state is S.SUSPENDED


@pytest.mark.parametrize("holder", ["nobody", "expired", "withdrawn", "granted"])
def test_there_is_nothing_to_choose_without_a_living_certificate_or_a_refusal(session, decider, holder):
    states = {"withdrawn": S.WITHDRAWN}
    long_ago = clock.today() - timedelta(days=800)
    certificate = make_certificate(
        session, states.get(holder, S.ACTIVE), issued=long_ago if holder == "expired" else None, months=24
    )
    audit = make_audit(session, AuditState.REVIEWED) if holder == "nobody" else renewed(session, certificate)
    outcome = Outcome.GRANT if holder == "granted" else Outcome.REFUSE
    with pytest.raises(RuleError, match="no certificate to decide about"):
        services.decide_on_audit(session, decider.actor, audit.id, outcome=outcome, reasons="x", fate=Fate.WITHDRAW)
    services.decide_on_audit(session, decider.actor, audit.id, outcome=outcome, reasons="x")


def test_grounds_count_for_each_decision_that_they_fit(session, decider):
    version = make_scheme(session, source(SECOND))
    certificate = make_certificate(session)
    audit = renewed(session, certificate, version=version)
    with pytest.raises(RuleError, match="A ground does not fit"), session.begin_nested():
        refuse(session, decider, audit, Fate.SUSPEND, grounds=["no_access", "repair_proven"])
    with pytest.raises(RuleError, match="Choose at least one ground"), session.begin_nested():
        refuse(session, decider, audit, Fate.SUSPEND)
    refuse(session, decider, audit, Fate.SUSPEND, grounds=["no_access"])
    session.expire_all()
    found = session.scalars(select(Decision).where(Decision.audit_id == audit.id)).all()
    assert {decision.kind: [each.code for each in decision.grounds] for decision in found} == {
        "refuse": ["no_access"],
        "suspend": ["no_access"],
    }


def test_the_certificate_is_part_of_the_basis_of_a_decision_on_a_holder(session, decider):
    certificate = make_certificate(session)
    audit = renewed(session, certificate)
    shown = audit_basis(session, audit).with_parts(held_parts(session, certificate)).shown
    services.suspend_certificate(session, make_person(session, Role.DECIDER).actor, certificate.id, reasons="x")
    with pytest.raises(BasisMovedError) as moved, session.begin_nested():
        refuse(session, decider, audit, Fate.WITHDRAW, shown=shown)
    assert moved.value.parts == (Part.DECISIONS, Part.CERTIFICATE)
    refusal = refuse(session, decider, audit, Fate.WITHDRAW)
    assert f'"{certificate.number}"' in session.get_one(DecisionBasis, refusal.id).content


def test_one_without_the_other_is_not_left_behind(session, decider, monkeypatch):
    """The second decision is refused by the database: then the first is not there either."""
    audit = renewed(session, make_certificate(session))
    session.add(Interest(person_id=decider.id, agency_id=audit.agency_id, nature="kin", declared_at=clock.now()))
    session.flush()
    with pytest.raises(NotAllowedError), session.begin_nested():
        refuse(session, decider, audit, Fate.SUSPEND)
    session.expire_all()
    assert (audit.state, kinds(session, audit.agency_id)) == (AuditState.REVIEWED, [])


# Keeping a certificate


def test_keeping_a_certificate_is_a_decision_that_changes_nothing(session, decider):
    certificate = make_certificate(session)
    services.maintain_certificate(session, decider.actor, certificate.id, reasons="Nothing was found.")
    assert certificate.state is S.ACTIVE
    assert [kind for kind, _ in kinds(session, certificate.agency_id)] == [DecisionKind.MAINTAIN]
    with pytest.raises(IllegalMoveError):
        services.maintain_certificate(
            session, decider.actor, make_certificate(session, S.WITHDRAWN).id, reasons="Nothing was found."
        )


@pytest.mark.parametrize("way", ["inspector", "interest"])
def test_who_took_part_or_has_an_interest_keeps_nothing(session, decider, way):
    certificate = make_certificate(session)
    person = decider
    if way == "inspector":
        person = certificate.decision.concluded.inspector
    else:
        session.add(Interest(person_id=person.id, agency_id=certificate.agency_id, nature="x", declared_at=clock.now()))
        session.flush()
    actor = make_person(session, Role.DECIDER).actor
    as_decider = type(actor)(person.id, actor.roles)
    with pytest.raises(NotAllowedError):
        services.maintain_certificate(session, as_decider, certificate.id, reasons="x")


# Critical findings


def tasks(session):
    return session.scalars(
        select(Deadline).where(Deadline.kind == DeadlineKind.CRITICAL_FINDING).order_by(Deadline.opened_at)
    ).all()


def called(session):
    mails = session.scalars(select(OutboxItem.payload).where(OutboxItem.kind == "mail")).all()
    return {mail["person_id"]: mail for mail in mails if mail["template"] == "critical_finding"}


def test_a_critical_finding_on_a_holder_is_a_task_of_the_deciders_within_two_working_days(session, decider):
    certificate = make_certificate(session)
    audit = renewed(session, certificate, AuditState.REPORTED, SAFE)
    [task] = tasks(session)
    assert (task.kind, task.subject_id, task.agency_id) == (DeadlineKind.CRITICAL_FINDING, audit.id, audit.agency_id)
    assert (task.due_on, task.owner_role, task.owner_id, task.done_at) == (
        add_working_days(clock.today(), 2),
        Role.DECIDER,
        None,
        None,
    )
    mail = called(session)[str(decider.id)]
    assert (mail["subject_id"], mail["day"]) == (str(certificate.id), task.due_on.isoformat())
    assert str(audit.inspector_id) not in called(session)
    [shown] = urgent_tasks(session, decider.actor)
    assert (shown.audit, shown.certificate) == (audit, certificate)


def test_the_term_is_that_of_the_scheme(session):
    text = source(SECOND).replace("critical_finding_working_days: 2 ", "critical_finding_working_days: 4 ")
    version = make_scheme(session, text)
    certificate = make_certificate(session)
    renewed(session, certificate, AuditState.REPORTED, SAFE, version)
    assert [task.due_on for task in tasks(session)] == [add_working_days(clock.today(), 4)]


@pytest.mark.parametrize("case", ["no holder", "expired", "withdrawn", "no critical finding"])
def test_nothing_else_is_urgent(session, case):
    long_ago = clock.today() - timedelta(days=800)
    certificate = make_certificate(
        session, S.WITHDRAWN if case == "withdrawn" else S.ACTIVE, issued=long_ago if case == "expired" else None
    )
    if case == "no holder":
        audit = make_audit(session, AuditState.REPORTED, SAFE)
    else:
        verdicts = {} if case == "no critical finding" else SAFE
        audit = renewed(session, certificate, AuditState.REPORTED, verdicts)
    found = session.scalars(select(Finding.grade).where(Finding.audit_id == audit.id)).all()
    assert found == ([] if case == "no critical finding" else ["critical"])
    assert tasks(session) == []


ENDS = {
    "suspend": services.suspend_certificate,
    "withdraw": services.withdraw_certificate,
    "end": services.end_certificate,
    "maintain": services.maintain_certificate,
}


@pytest.mark.parametrize("kind", ENDS)
def test_the_task_ends_by_a_decision_about_the_certificate(session, decider, kind):
    certificate = make_certificate(session)
    renewed(session, certificate, AuditState.REPORTED, SAFE)
    ENDS[kind](session, decider.actor, certificate.id, reasons="Looked at.")
    [task] = tasks(session)
    session.refresh(task)
    assert (
        task.done_at == session.scalars(select(Decision).where(Decision.kind == kind)).one().decided_at or task.done_at
    )
    assert urgent_tasks(session, decider.actor) == []


def test_no_lift_and_no_decision_on_another_holder_ends_the_task(session, decider):
    certificate = make_certificate(session, S.SUSPENDED)
    renewed(session, certificate, AuditState.REPORTED, SAFE)
    with pytest.raises(IllegalMoveError, match="critical finding"):
        services.lift_suspension(session, decider.actor, certificate.id, reasons="x")
    services.suspend_certificate(session, decider.actor, make_certificate(session).id, reasons="x")
    assert len(urgent_tasks(session, decider.actor)) == 1


def test_the_refusal_of_that_audit_ends_the_task_too(session, decider):
    certificate = make_certificate(session)
    audit = renewed(session, certificate, AuditState.REVIEWED, SAFE)
    refuse(session, decider, audit, Fate.WITHDRAW)
    assert urgent_tasks(session, decider.actor) == []
    assert find_living(session, audit.agency_id, clock.today()) is None


def test_an_audit_that_is_reported_anew_opens_one_task_and_another_after_a_decision(session, decider):
    certificate = make_certificate(session)
    audit = renewed(session, certificate, AuditState.REPORTED, SAFE)
    reviewer = make_person(session, Role.REVIEWER)

    def report_again():
        audits.reopen_audit(session, reviewer.actor, audit.id, reason="Look again.")
        audits.report_audit(session, audit.inspector.actor, audit.id, summary="Looked again.")
        session.flush()

    report_again()
    assert len(tasks(session)) == 1
    services.maintain_certificate(session, decider.actor, certificate.id, reasons="The safe was the worker's own.")
    report_again()
    assert [task.done_at is None for task in tasks(session)] in ([False, True], [True, False])
