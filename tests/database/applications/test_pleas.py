"""Files that an agency asks us to take although they look like personal numbers: who asks, who answers, and once."""

import pytest

from audits.applications import services
from audits.applications.personal import Personal
from audits.applications.pleas import get_plea, plea_about, refused_lately, waiting_pleas
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from tests.kit.factories import make_agency, make_person
from tests.kit.queued import enqueued
from tests.kit.world_of_agencies import add_interest

SHA256 = "ab" * 32


@pytest.fixture
def owner(session):
    return make_person(session, Role.AGENCY_OWNER, make_agency(session))


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


def plead(session, person, reason="These are order numbers.", *, sha256=SHA256, agency_id=None):
    kinds = [Personal.CITIZEN_NUMBER, Personal.BANK_ACCOUNT]
    said = {"sha256": sha256, "filename": "a.csv", "kinds": kinds, "reason": reason}
    return services.plead_file(session, person.actor, agency_id or person.agency_id, **said)


def test_it_is_asked_once_for_the_same_bytes_and_answered_once(session, owner, planner):
    plea = plead(session, owner)
    assert plead(session, owner, "Other words.") is plea
    assert len(enqueued(session, "mail", "file_pleaded")) == 1
    assert [each.id for each in waiting_pleas(session)] == [plea.id] == [each.id for each in refused_lately(
        session, owner.agency_id)]  # fmt: skip
    services.answer_plea(session, planner.actor, plea.id, granted=True)
    assert plea_about(session, owner.agency_id, SHA256).granted
    assert waiting_pleas(session) == refused_lately(session, owner.agency_id) == []
    [mail] = enqueued(session, "mail.agency", "plea_answered")
    assert mail["granted"] is True
    with pytest.raises(IllegalMoveError):
        services.answer_plea(session, planner.actor, plea.id, granted=False, answer="x")


def test_a_refusal_needs_its_reason_and_an_agency_has_its_own_pleas(session, owner, planner):
    plea = plead(session, owner)
    with pytest.raises(RuleError) as refusal:
        services.answer_plea(session, planner.actor, plea.id, granted=False, answer=" ")
    assert refusal.value.field == "answer"
    services.answer_plea(session, planner.actor, plea.id, granted=False, answer="Mask them.")
    assert [each.answer for each in refused_lately(session, owner.agency_id)] == ["Mask them."]
    other = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    assert plea_about(session, other.agency_id, SHA256) is None
    assert plead(session, other) is not plea


def test_nobody_asks_or_answers_who_may_not(session, owner, planner):
    for reason in (" ", "x" * 501):
        with pytest.raises(RuleError) as refusal:
            plead(session, owner, reason)
        assert refusal.value.field == "false_alarm"
    for person in (planner, make_person(session, Role.AGENCY_SIGNATORY, owner.agency)):
        with pytest.raises(NotAllowedError):
            plead(session, person, agency_id=owner.agency_id)
    plea, tied = plead(session, owner), make_person(session, Role.PLANNER)
    add_interest(session, tied.id, owner.agency_id)
    for person in (owner, tied, make_person(session, Role.DECIDER)):
        with pytest.raises(NotAllowedError):
            services.answer_plea(session, person.actor, plea.id, granted=True)
    with pytest.raises(NotFoundError):
        get_plea(session, make_person(session, Role.DECIDER).actor, plea.id)
