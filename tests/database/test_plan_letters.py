"""The plan of an audit goes to the agency with a letter: once as it is, again with what changed, never in secret."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.correspondence.services import send_plan
from audits.inspections import services
from audits.inspections.workflow import AuditState
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from certificates.documents.models import Document
from certificates.letters.models import Letter
from portal.work import handlers
from tests.kit.factories import make_audit, make_person
from tests.kit.queued import enqueued


@pytest.fixture
def audit(session):
    audit = make_audit(session, AuditState.PLANNED)
    plan = services.DayPlan(audit.planned_on, "Seat, Venlo", Decimal("7.5"))
    services.plan_day(session, audit.planner.actor, audit.id, audit.inspector_id, plan)
    return audit


def send(session, audit, times=1):
    """Send the plan and do what the worker does, and return the content of the letter."""
    sent = send_plan(session, audit.planner.actor, audit.id)
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "document.plan_letter")).all()
    payload = next(each.payload for each in items if each.payload["plan_id"] == str(sent.id))
    for _ in range(times):
        handlers.plan_letter(session, payload)
        session.flush()
    return sent


def test_the_plan_is_written_sealed_and_mailed_once(session, audit, printed):
    sent = send(session, audit, times=2)
    letter = session.scalars(select(Letter).where(Letter.plan_id == sent.id)).one()
    document = session.scalars(select(Document).where(Document.subject_id == letter.id)).one()
    [(kind, facts)] = printed
    assert (document.kind, document.snapshot, document.agency_id) == (kind, facts, audit.agency_id)
    assert (kind, facts["number"], facts["moment"]) == ("term_letter", letter.number, "first")
    plan, day = facts["plan"], audit.planned_on.isoformat()
    assert plan["days"] == [{"day": day, "place": "Seat, Venlo", "who": audit.inspector.name, "hours": "7.5"}]
    assert plan["opening"] == plan["closing"] == {"day": day, "place": "Seat, Venlo"}
    assert (plan["team"], plan["changed"]) == ([{"name": audit.inspector.name, "role": "inspector"}], None)
    assert not set(plan["lists"]) & {"interviews"}  # nothing of what is seen in confidence
    assert [each["number"] for each in enqueued(session, "mail.agency", "letter_written")] == [letter.number]
    assert [each.name for each in history(session, sent.id)] == ["audit_plan.send"]


def test_it_is_sent_again_with_what_changed_and_not_without(session, audit, printed):
    send(session, audit)
    with pytest.raises(IllegalMoveError, match="has this plan already"):
        send_plan(session, audit.planner.actor, audit.id)
    member = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    assert send(session, audit).number == 2
    changed = printed[-1][1]["plan"]["changed"]
    assert changed["joined"] == [{"name": member.name, "role": "member"}]
    assert (changed["left"], changed["days_added"], changed["days_dropped"], changed["first_day"]) == ([], [], [], None)
    assert printed[-1][1]["moment"] == "changed"


def test_it_is_never_sent_of_an_audit_in_secret_nor_by_who_does_not_plan(session, audit):
    secret = make_audit(session, AuditState.PLANNED, announced=False)
    with pytest.raises(IllegalMoveError, match="must not know"):
        send_plan(session, secret.planner.actor, secret.id)
    with pytest.raises(NotAllowedError):
        send_plan(session, audit.inspector.actor, audit.id)
    services.start_audit(session, audit.inspector.actor, audit.id)
    with pytest.raises(IllegalMoveError):
        send_plan(session, audit.planner.actor, audit.id)
