"""One wall for decisions of every kind: suspending, lifting, withdrawing and ending are decided like a grant."""

import hashlib
import json

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Actor, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.outbox import OutboxItem
from audits.decisions.basis import BasisMovedError, Part, audit_basis
from audits.decisions.models import Decision, DecisionBasis, DecisionGround
from audits.decisions.queries import altered_bases
from audits.decisions.rules import AFTER_AUDIT, GRANTS, ON_CERTIFICATE
from audits.decisions.services import decide
from audits.inspections import services as audits
from audits.inspections.models import Audit, Finding, Participant, Verdict
from audits.inspections.workflow import AuditState, FindingState
from audits.people.independence import barred_from
from audits.people.models import Interest
from audits.schemes.cycle import DecisionKind
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.queries import basis_of, changes_of
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.queries import history
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.certificates import BODY, make_certificate, make_refusal
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

K, S = DecisionKind, CertificateState
CHANGES = {
    K.SUSPEND: (S.ACTIVE, services.suspend_certificate),
    K.LIFT: (S.SUSPENDED, services.lift_suspension),
    K.WITHDRAW: (S.ACTIVE, services.withdraw_certificate),
    K.END: (S.ACTIVE, services.end_certificate),
}
REASONS = "Signals about unpaid wages."


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


def act(session, kind, certificate, person, **more):
    actor = Actor(person.id, frozenset({Role.DECIDER}))
    return CHANGES[kind][1](session, actor, certificate.id, **({"reasons": REASONS} | more))


def held(session, kind=K.SUSPEND):
    return make_certificate(session, CHANGES[kind][0])


# Who may


def the_audit(session, certificate):
    return session.get_one(Audit, session.get_one(Decision, certificate.decision_id).audit_id)


def later(session, certificate, state):
    """An audit of the agency after the certificate."""
    known = select(Application).where(
        Application.agency_id == certificate.agency_id, Application.state == ApplicationState.ACCEPTED
    )
    application = session.scalar(known) or make_application(
        session, agency=certificate.agency, state=ApplicationState.ACCEPTED
    )
    return make_audit(session, state, application=application)


def shares(session, certificate, way):
    """Somebody who shared in an audit of this cycle, or has a tie; as a decider."""
    audit = the_audit(session, certificate)
    match way:
        case "inspector":
            return audit.inspector
        case "planner":
            return audit.planner
        case "inspector of a cancelled audit":
            return later(session, certificate, AuditState.CANCELLED).inspector
        case "planner of a cancelled audit":
            return later(session, certificate, AuditState.CANCELLED).planner
    person = make_person(session, Role.DECIDER)
    if way == "participant":
        session.add(Participant(audit_id=audit.id, person_id=person.id, since=clock.now()))
    if way == "tie declared later":
        declared = {"nature": "kin", "declared_at": clock.now()}
        session.add(Interest(person_id=person.id, agency_id=certificate.agency_id, **declared))
    session.flush()
    return person


WAYS = {
    "inspector": "four_eyes",
    "planner": "four_eyes",
    "participant": "four_eyes",
    "inspector of a cancelled audit": "four_eyes",
    "planner of a cancelled audit": "four_eyes",
    "tie declared later": "no_tie",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", CHANGES)
def test_no_kind_is_decided_by_somebody_with_a_part_or_an_interest(session, kind, way):
    certificate = held(session, kind)
    person = shares(session, certificate, way)
    words = "an interest in" if WAYS[way] == "no_tie" else "took part"
    with pytest.raises(NotAllowedError, match=words):
        act(session, kind, certificate, person)
    assert certificate.state is CHANGES[kind][0]
    assert act(session, kind, certificate, make_person(session, Role.DECIDER)).state is not CHANGES[kind][0]


@pytest.mark.parametrize("way", WAYS)
def test_the_database_asks_the_same_of_every_kind_there_is(session, way):
    certificate = held(session)
    person = shares(session, certificate, way)
    audit = later(session, certificate, AuditState.REVIEWED)
    for kind in K:
        values = raw(certificate, person.id, kind, audit.id if kind in AFTER_AUDIT else None)
        with pytest.raises(IntegrityError) as refusal, session.begin_nested():
            session.execute(insert(Decision).values(**values))
        assert refusal.value.orig.diag.constraint_name == WAYS[way], kind


def raw(certificate, decider_id, kind, audit_id=None):
    return {
        "kind": kind,
        "audit_id": audit_id,
        "certificate_id": certificate.id,
        "agency_id": certificate.agency_id,
        "decider_id": decider_id,
        "reasons": "x",
        "conditions": [],
        "basis_sha256": "0" * 64,
        "decided_at": clock.now(),
        "effective_on": clock.today(),
    }


@pytest.mark.parametrize("way", ["participant", "tie declared later"])
def test_when_the_code_overlooks_it_the_database_does_not(session, way, monkeypatch):
    certificate = held(session)
    person = shares(session, certificate, way)
    monkeypatch.setattr("audits.people.independence.bar_of", lambda *_: None)
    with pytest.raises(NotAllowedError):
        act(session, K.SUSPEND, certificate, person)


def test_who_planned_or_judged_a_cancelled_audit_does_not_decide_on_the_next_one(session):
    first = make_audit(session, AuditState.IN_PROGRESS)
    audits.cancel_audit(session, first.planner.actor, first.id, reason="The inspector is ill.")
    judge = session.scalars(select(Verdict).where(Verdict.audit_id == first.id)).first()
    judged = judge.recorded_by if judge else first.inspector_id
    second = make_audit(session, AuditState.REVIEWED, application=first.application)
    for who in (first.planner_id, first.inspector_id, judged):
        with pytest.raises(NotAllowedError, match="took part"):
            decide(session, Actor(who, frozenset({Role.DECIDER})), second.id, outcome=K.REFUSE, reasons="x")


def test_whose_files_are_not_for_somebody_is_asked_of_many_at_once(session):
    mine, others = (make_audit(session, AuditState.REVIEWED) for _ in range(2))
    assert barred_from(session, mine.inspector_id, [mine, others]) == {mine.id}
    assert barred_from(session, make_person(session, Role.DECIDER).id, [mine, others]) == set()


def test_a_part_in_an_earlier_cycle_bars_nobody(session, decider):
    earlier = make_certificate(session, issued=clock.today().replace(year=clock.today().year - 2))
    inspector = the_audit(session, earlier).inspector
    session.info.pop("cast")  # other people for the next cycle
    certificate = make_certificate(session, agency=earlier.agency)
    assert act(session, K.SUSPEND, certificate, inspector).state is S.SUSPENDED
    assert act(session, K.LIFT, certificate, decider).state is S.ACTIVE


# What it must name


def test_each_kind_names_what_it_is_about(session, decider):
    certificate = held(session)
    for kinds, wall in ((AFTER_AUDIT, "ck_decision_audit"), (ON_CERTIFICATE, "ck_decision_certificate")):
        for kind in kinds - GRANTS:  # a grant without an audit fails earlier: nothing was counted
            values = raw(certificate, decider.id, kind) | {"certificate_id": None}
            with pytest.raises(IntegrityError) as refusal, session.begin_nested():
                session.execute(insert(Decision).values(**values))
            assert refusal.value.orig.diag.constraint_name == wall, kind
    assert AFTER_AUDIT | ON_CERTIFICATE | {K.APPEAL_OUTCOME} == set(K)


def test_a_decision_is_about_a_certificate_of_the_same_agency(session, decider):
    values = raw(held(session), decider.id, K.SUSPEND) | {"agency_id": make_agency(session).id}
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(insert(Decision).values(**values))
    assert refusal.value.orig.diag.constraint_name == "fk_decision_certificate"


def test_an_audit_is_concluded_once_and_may_be_the_basis_of_more(session, decider):
    certificate = held(session)
    audit_id = session.get_one(Decision, certificate.decision_id).audit_id
    session.execute(insert(Decision).values(**raw(certificate, decider.id, K.SUSPEND, audit_id)))
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(insert(Decision).values(**raw(certificate, decider.id, K.REFUSE, audit_id)))
    assert refusal.value.orig.diag.constraint_name == "uq_decision_audit_id"


# What it leaves behind


@pytest.mark.parametrize("kind", CHANGES)
def test_every_kind_leaves_decision_letter_line_and_log_entry(session, kind, decider):
    certificate = act(session, kind, held(session, kind), decider)
    [decision] = session.scalars(select(Decision).where(Decision.certificate_id == certificate.id)).all()
    assert (decision.kind, decision.audit_id, decision.decider_id) == (kind, None, decider.id)
    assert (decision.reasons, decision.effective_on) == (REASONS, clock.today())
    newest = changes_of(session, certificate.id)[0]
    assert (newest.move, newest.decision_id, newest.actor_id) == (kind, decision.id, decider.id)
    assert newest.reason == ""  # what is typed is for the letter
    promised = select(OutboxItem.payload).where(OutboxItem.kind == "document.decision_letter")
    assert session.scalars(promised).all() == [{"decision_id": str(decision.id)}]
    entry = session.scalars(select(LedgerEntry).order_by(LedgerEntry.index.desc())).first()
    status = certificate.status_on(clock.today())
    logged = json.loads(entry.data)
    assert (logged["number"], logged["status"]) == (certificate.number, status.value)
    assert session.get_one(RegisterEntry, certificate.agency_id).status_on(clock.today()) is status


REGISTER = {K.SUSPEND: "suspended", K.LIFT: "certified", K.WITHDRAW: "withdrawn", K.END: "ended"}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_letter_says_what_the_register_shows_from_this_decision(session, kind, decider):
    certificate = act(session, kind, held(session, kind), decider)
    [decision] = session.scalars(select(Decision).where(Decision.certificate_id == certificate.id)).all()
    said = decision_letter_facts(session, decision, body=BODY)
    assert (said["kind"], said["register"], said["reasons"]) == (kind, REGISTER[kind], REASONS)
    assert (said["reference"], said["certificate_number"]) == (certificate.number, certificate.number)
    assert said["score"] is None


def test_a_refused_holder_does_not_read_that_the_register_shows_no_certificate(session):
    certificate = make_certificate(session)
    refused = decision_letter_facts(session, make_refusal(session, certificate.agency), body=BODY)
    assert (refused["register"], refused["certificate_number"]) == ("certified", certificate.number)
    stranger = decision_letter_facts(session, make_refusal(session, make_agency(session)), body=BODY)
    assert (stranger["register"], stranger["certificate_number"]) == ("none", None)


def test_given_up_is_another_word_than_taken_away_replaced_or_over(session, decider):
    ended = act(session, K.END, held(session), decider)
    withdrawn = act(session, K.WITHDRAW, held(session), decider)
    replaced, over = held(session), make_certificate(session, months=1, issued=clock.today().replace(year=2020))
    make_certificate(session, agency=replaced.agency)
    words = [each.status_on(clock.today()).value for each in (ended, withdrawn, replaced, over)]
    assert words == ["ended", "withdrawn", "replaced", "expired"]
    assert history(session, ended.agency_id, clock.today())[0].status == "ended"
    with pytest.raises(IllegalMoveError):
        act(session, K.LIFT, ended, decider)


# Grounds


def test_the_public_reads_the_words_of_the_grounds_in_its_own_language(session, decider):
    certificate = held(session)
    act(session, K.SUSPEND, certificate, decider, grounds=["no_access", "not_repaired"])
    [line, *_] = history(session, certificate.agency_id, clock.today())
    assert line.why("en") == "Nonconformities were not repaired. The agency did not cooperate with an audit."
    assert line.why("nl") == "Afwijkingen van de norm zijn niet hersteld. Het bureau werkte niet mee aan een audit."
    rows = session.scalars(select(DecisionGround).order_by(DecisionGround.position)).all()
    assert [row.code for row in rows] == ["not_repaired", "no_access"]
    assert rows[0].words["en"] == "Nonconformities were not repaired."


@pytest.mark.parametrize("grounds", [[], ["repair_proven"], ["nothing"], ["no_access", "at_request"]])
def test_a_suspension_needs_grounds_for_a_suspension_where_the_norm_names_them(session, decider, grounds):
    make_scheme(session, source(SECOND))
    with pytest.raises(RuleError) as refusal:
        act(session, K.SUSPEND, held(session), decider, grounds=grounds)
    assert refusal.value.field == "grounds"


# The basis


def test_the_bytes_of_the_basis_are_kept_and_can_be_verified_later(session, decider):
    certificate = held(session)
    audit = make_audit(session, AuditState.REVIEWED)
    expected = audit_basis(session, audit).content.decode()
    decision = decide(session, decider.actor, audit.id, outcome=K.GRANT, reasons="All was weighed.")
    act(session, K.SUSPEND, certificate, decider)
    session.flush()
    kept = session.get_one(DecisionBasis, decision.id)
    assert kept.content == expected
    for basis in session.scalars(select(DecisionBasis)):
        decided = session.get_one(Decision, basis.decision_id)
        assert hashlib.sha256(basis.content.encode()).hexdigest() == decided.basis_sha256
    assert altered_bases(session) == []
    session.execute(text("ALTER TABLE decision_basis DISABLE TRIGGER decision_basis_kept"))
    session.execute(update(DecisionBasis).where(DecisionBasis.decision_id == decision.id).values(content="{}"))
    assert altered_bases(session) == [decision.id]


def test_the_database_takes_no_basis_with_another_digest(session, decider):
    certificate = held(session)
    values = raw(certificate, decider.id, K.SUSPEND)
    decision_id = session.scalar(insert(Decision).values(**values).returning(Decision.id))
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        session.execute(insert(DecisionBasis).values(decision_id=decision_id, content="{}"))
    assert refusal.value.orig.diag.constraint_name == "basis_digest"


def test_what_moved_after_the_page_was_shown_is_said_and_nothing_is_decided(session, decider):
    certificate = held(session)
    shown = basis_of(session, certificate).shown
    act(session, K.SUSPEND, certificate, decider, shown=shown)
    with pytest.raises(BasisMovedError) as moved:
        act(session, K.WITHDRAW, certificate, decider, shown=shown)
    assert set(moved.value.parts) == {Part.CERTIFICATE, Part.DECISIONS}
    assert certificate.state is S.SUSPENDED
    with pytest.raises(BasisMovedError):
        act(session, K.WITHDRAW, certificate, decider, shown="")
    assert act(session, K.WITHDRAW, certificate, decider, shown=basis_of(session, certificate).shown)


def test_a_decision_on_an_audit_says_which_part_moved(session, decider):
    audit = make_audit(session, AuditState.REVIEWED)
    add_findings(session, audit, [finding("minor")])
    shown = audit_basis(session, audit).shown
    audit.agency.city = "Breda"
    session.scalars(select(Finding).where(Finding.audit_id == audit.id)).one().state = FindingState.OPEN
    session.flush()
    with pytest.raises(BasisMovedError) as moved, session.begin_nested():
        decide(session, decider.actor, audit.id, outcome=K.GRANT, reasons="x", shown=shown)
    assert moved.value.parts == (Part.AGENCY, Part.FINDINGS)


def test_no_line_of_the_public_history_changes_what_was_written_before(session, decider):
    certificate = act(session, K.SUSPEND, held(session), decider)
    session.flush()
    for values in ({"decision_id": None}, {"grounds": [{"code": "x"}]}):
        changed = update(CertificateChange).where(CertificateChange.certificate_id == certificate.id).values(**values)
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(changed)
    assert session.get_one(Certificate, certificate.id).state is S.SUSPENDED
