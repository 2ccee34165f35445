"""Services for audits, from planning to conclusion: permissions and states of each move, and its effects."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.inspections import queries, services
from audits.inspections.models import Audit, Participant, Population, SampledUnit, Verdict, VerdictChange
from audits.inspections.workflow import AuditState
from audits.people.services import declare_interest
from audits.schemes.queries import scheme_of_version
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_application
from tests.kit.factories.inspections import (
    SEED,
    draw,
    judge,
    make_audit,
)
from tests.kit.factories.people import make_person

FILES = [f"F-{number:03d}" for number in range(1, 101)]
ORGANISATION = ("conform", "")


def plan(session, planner, inspector, application=None, **values):
    application = application or make_application(session, state=ApplicationState.ACCEPTED)
    return services.plan_audit(
        session, planner.actor, application.id, **{"inspector_id": inspector.id, "planned_on": clock.today()} | values
    )


def enqueued(session, template):
    rows = session.scalars(select(OutboxItem)).all()
    return [item.payload for item in rows if item.payload.get("template") == template]


def fails_in_the_database(session, statement):
    with pytest.raises(IntegrityError) as refused, session.begin_nested():
        session.execute(statement)
    return str(refused.value)


# Planning


def test_planning_takes_both_in_and_tells_inspector_and_agency(session):
    planner, inspector = make_person(session, Role.PLANNER), make_person(session, Role.INSPECTOR)
    audit = plan(session, planner, inspector)
    session.flush()
    assert audit.state is AuditState.PLANNED
    took_part = set(session.scalars(select(Participant.person_id).where(Participant.audit_id == audit.id)))
    assert took_part == {planner.id, inspector.id}
    assert [mail["person_id"] for mail in enqueued(session, "audit_assigned")] == [str(inspector.id)]
    assert [mail["agency_id"] for mail in enqueued(session, "audit_planned")] == [str(audit.agency_id)]
    assert [event.name for event in history(session, audit.id)] == ["audit.plan"]


@pytest.mark.parametrize("state", [state for state in ApplicationState if state is not ApplicationState.ACCEPTED])
def test_only_an_accepted_application_can_be_planned(session, state):
    application = make_application(session, state=state)
    with pytest.raises(IllegalMoveError):
        plan(session, make_person(session, Role.PLANNER), make_person(session, Role.INSPECTOR), application)


def test_an_application_has_one_audit_at_a_time(session):
    audit = make_audit(session, AuditState.PLANNED)
    planner, inspector = make_person(session, Role.PLANNER), make_person(session, Role.INSPECTOR)
    with pytest.raises(IllegalMoveError):
        plan(session, planner, inspector, audit.application)
    services.cancel_audit(session, planner.actor, audit.id, reason="Ill.")
    session.flush()
    again = plan(session, planner, inspector, audit.application)
    session.flush()
    assert again.reference != audit.reference


def test_the_inspector_is_an_inspector_and_not_the_planner(session):
    both = make_person(session, {Role.PLANNER, Role.INSPECTOR})
    for inspector in (both, make_person(session, Role.DECIDER)):
        with pytest.raises(RuleError) as refused:
            plan(session, both, inspector)
        assert refused.value.field == "inspector"


def test_a_retired_inspector_gets_no_audit(session):
    gone = make_person(session, Role.INSPECTOR, retired_at=clock.now())
    with pytest.raises(RuleError):
        plan(session, make_person(session, Role.PLANNER), gone)


def test_an_audit_is_not_planned_in_the_past(session):
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(RuleError) as refused:
        plan(
            session,
            make_person(session, Role.PLANNER),
            make_person(session, Role.INSPECTOR),
            planned_on=yesterday,
        )
    assert refused.value.field == "planned_on"


def test_an_inspector_with_a_tie_is_refused_by_the_rule(session):
    application = make_application(session, state=ApplicationState.ACCEPTED)
    inspector = make_person(session, Role.INSPECTOR)
    declare_interest(session, inspector.actor, application.agency_id, "family")
    session.flush()
    with pytest.raises(RuleError) as refused:
        plan(session, make_person(session, Role.PLANNER), inspector, application)
    assert refused.value.field == "inspector"


def test_a_planner_with_a_tie_plans_nothing_there(session):
    application = make_application(session, state=ApplicationState.ACCEPTED)
    planner = make_person(session, Role.PLANNER)
    declare_interest(session, planner.actor, application.agency_id, "family")
    session.flush()
    with pytest.raises(NotAllowedError):
        plan(session, planner, make_person(session, Role.INSPECTOR), application)


def test_the_database_itself_refuses_an_inspector_with_a_tie(session):
    audit = make_audit(session, AuditState.PLANNED)
    interested = make_person(session, Role.INSPECTOR)
    declare_interest(session, interested.actor, audit.agency_id, "family")
    session.flush()
    change = update(Audit).where(Audit.id == audit.id).values(inspector_id=interested.id)
    assert "tie" in fails_in_the_database(session, change)


# Moves: role by verb by state

MOVES = {
    "start": ({AuditState.PLANNED}, None),  # its own inspector, nobody else
    "report": ({AuditState.IN_PROGRESS}, None),
    "reopen": ({AuditState.REPORTED}, Role.REVIEWER),
    "review": ({AuditState.REPORTED}, Role.REVIEWER),
    "conclude": ({AuditState.REVIEWED}, Role.DECIDER),
    "cancel": ({AuditState.PLANNED, AuditState.IN_PROGRESS}, Role.PLANNER),
}
CALLS = {
    "start": lambda session, actor, audit: services.start_audit(session, actor, audit.id),
    "report": lambda session, actor, audit: services.report_audit(session, actor, audit.id, summary="Seen."),
    "reopen": lambda session, actor, audit: services.reopen_audit(session, actor, audit.id, reason="Look again."),
    "review": lambda session, actor, audit: services.review_audit(session, actor, audit.id, recommendation="Grant."),
    "conclude": lambda session, actor, audit: services.conclude_audit(session, actor, audit.id),
    "cancel": lambda session, actor, audit: services.cancel_audit(session, actor, audit.id, reason="Ill."),
}


def complete(session, audit):
    if audit.state is AuditState.IN_PROGRESS:
        draw(session, audit, {}, all_units=True)
        judge(session, audit, {}, rest=True)


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", list(AuditState))
def test_each_move_is_possible_in_its_own_states_only(session, state, verb):
    audit = make_audit(session, state)
    complete(session, audit)
    sources, role = MOVES[verb]
    actor = audit.inspector.actor if role is None else make_person(session, role).actor
    if state not in sources:
        with pytest.raises(IllegalMoveError):
            CALLS[verb](session, actor, audit)
        return
    CALLS[verb](session, actor, audit)
    session.flush()
    event = history(session, audit.id)[-1]
    assert event.name == f"audit.{verb}"
    assert (event.data["before"], event.data["after"]) == (state.value, audit.state.value)


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_each_move_belongs_to_one_role(session, role, verb):
    sources, allowed = MOVES[verb]
    audit = make_audit(session, min(sources))
    complete(session, audit)
    of_agency = role.value.startswith("agency_")
    somebody = make_person(session, role, audit.agency_id if of_agency else None)
    if role == allowed:
        CALLS[verb](session, somebody.actor, audit)
        return
    stranger = role is Role.INSPECTOR and allowed is None  # another inspector does not see the audit at all
    with pytest.raises(NotFoundError if stranger else NotAllowedError):
        CALLS[verb](session, somebody.actor, audit)


def test_another_inspector_with_more_roles_still_cannot_touch_it(session):
    audit = make_audit(session)
    other = make_person(session, {Role.INSPECTOR, Role.REVIEWER, Role.PLANNER})
    with pytest.raises(NotAllowedError):
        services.record_sheets(session, other.actor, audit.id, {"GOV-01": {"organisation": ORGANISATION}})
    with pytest.raises(NotAllowedError):
        services.freeze_population(session, other.actor, audit.id, "personnel_file", FILES, seed=SEED)


@pytest.mark.parametrize("call", ["review", "reopen"])
def test_a_reviewer_took_no_part_and_has_no_tie(session, call):
    planner = make_person(session, {Role.PLANNER, Role.REVIEWER})
    inspector = make_person(session, {Role.INSPECTOR, Role.REVIEWER})
    audit = make_audit(session, AuditState.REPORTED, planner=planner, inspector=inspector)
    interested = make_person(session, Role.REVIEWER)
    declare_interest(session, interested.actor, audit.agency_id, "owner")
    helper = make_person(session, Role.REVIEWER)
    session.add(Participant(audit_id=audit.id, person_id=helper.id, since=clock.now()))
    judge = make_person(session, Role.REVIEWER)
    session.execute(update(Verdict).where(Verdict.audit_id == audit.id).values(recorded_by=judge.id))
    session.flush()
    for somebody in (planner, inspector, interested, helper, judge):
        with pytest.raises(NotAllowedError), session.begin_nested():
            CALLS[call](session, somebody.actor, audit)


def test_a_review_calls_the_deciders_who_may_decide(session):
    audit = make_audit(session, AuditState.REPORTED)
    free, interested, gone, judge = (make_person(session, Role.DECIDER) for _ in range(4))
    declare_interest(session, interested.actor, audit.agency_id, "owner")
    session.execute(update(Verdict).where(Verdict.audit_id == audit.id).values(recorded_by=judge.id))
    gone.retired_at = clock.now()
    session.flush()
    services.review_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, recommendation="Grant.")
    session.flush()
    called = {mail["person_id"] for mail in enqueued(session, "audit_reviewed")}
    assert str(free.id) in called
    assert not {str(interested.id), str(gone.id), str(judge.id), str(audit.inspector_id)} & called


# Populations and samples


def test_a_draw_can_be_done_again_by_anybody(session):
    from audits.inspections import rules

    audit = make_audit(session)
    population = services.freeze_population(
        session, audit.inspector.actor, audit.id, "personnel_file", [*FILES, " F-001 "], seed=SEED
    )
    session.flush()
    scheme = scheme_of_version(audit.scheme_version)
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    assert population.size == 100
    assert population.digest == rules.population_digest(FILES)
    assert len(drawn) == population.drawn == rules.sample_size(scheme.units["personnel_file"].sampling, 100)
    assert tuple(drawn) == rules.draw(FILES, bytes.fromhex(population.seed), population.drawn, population.algorithm)
    event = history(session, audit.id)[-1]
    assert (event.name, event.data["digest"], event.data["seed"]) == ("audit.freeze", population.digest, SEED.hex())


def test_a_population_is_fixed_once(session):
    audit = make_audit(session, populations={"personnel_file": FILES})
    with pytest.raises(IllegalMoveError):
        services.freeze_population(session, audit.inspector.actor, audit.id, "personnel_file", FILES, seed=SEED)


def test_no_units_need_no_verdicts(session):
    audit = make_audit(session)
    nothing = services.freeze_population(session, audit.inspector.actor, audit.id, "housing_location", [], seed=SEED)
    assert (nothing.size, nothing.drawn) == (0, 0)
    assert "housing_location" not in queries.sample_of(session, audit.id)


def test_names_of_people_never_get_in(session):
    audit = make_audit(session)
    for lines in (["F-001", "123456782"], ["jan@example.nl"]):
        with pytest.raises(RuleError) as refused:
            services.freeze_population(session, audit.inspector.actor, audit.id, "personnel_file", lines, seed=SEED)
        assert refused.value.field == "references"
    assert session.scalar(select(Population).where(Population.audit_id == audit.id)) is None


def test_the_agency_itself_and_unknown_units_are_not_drawn(session):
    audit = make_audit(session)
    for unit in ("organisation", "moon"):
        with pytest.raises(NotFoundError):
            services.freeze_population(session, audit.inspector.actor, audit.id, unit, FILES, seed=SEED)


@pytest.mark.parametrize("state", [state for state in AuditState if state is not AuditState.IN_PROGRESS])
def test_fieldwork_happens_while_the_audit_is_in_progress(session, state):
    audit = make_audit(session, state)
    actor = audit.inspector.actor
    with pytest.raises(IllegalMoveError):
        services.freeze_population(session, actor, audit.id, "personnel_file", FILES, seed=SEED)
    with pytest.raises(IllegalMoveError):
        services.record_sheets(session, actor, audit.id, {"GOV-01": {"organisation": ORGANISATION}})


def test_the_database_keeps_population_and_sample_as_they_are(session):
    audit = make_audit(session, populations={"personnel_file": FILES})
    for table in (Population, SampledUnit):
        here = table.audit_id == audit.id
        assert "append-only" in fails_in_the_database(session, update(table).where(here).values(unit="interview"))
        assert "append-only" in fails_in_the_database(session, delete(table).where(here))


# Verdicts


def verdict(audit, **values):
    return insert(Verdict).values(
        {
            "audit_id": audit.id,
            "requirement_code": "IDW-01",
            "unit": "personnel_file",
            "reference": "F-001",
            "scheme_version_id": audit.scheme_version_id,
            "value": "conform",
            "note": "",
            "recorded_by": audit.inspector_id,
            "recorded_at": clock.now(),
            "version": 1,
        }
        | values
    )


def test_the_database_refuses_a_verdict_on_a_unit_that_was_not_drawn(session):
    audit = make_audit(session, populations={"personnel_file": FILES})
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    left_out = next(reference for reference in FILES if reference not in drawn)
    assert "sampled_unit" in fails_in_the_database(session, verdict(audit, reference=left_out))
    session.execute(verdict(audit, reference=drawn[0]))


def test_the_database_refuses_a_verdict_under_another_version(session):
    audit = make_audit(session, populations={"personnel_file": ["F-001"]})
    assert "fk_verdict" in fails_in_the_database(session, verdict(audit, scheme_version_id=uuid4()))
    assert "fk_verdict" in fails_in_the_database(session, verdict(audit, requirement_code="XXX-99"))


def test_verdicts_are_kept_and_replaced_and_the_event_tells_both(session):
    audit = make_audit(session, populations={"personnel_file": ["F-001", "F-002"]})
    actor = audit.inspector.actor
    both = {"F-001": ("conform", ""), "F-002": ("conform", "")}
    assert services.record_sheets(session, actor, audit.id, {"IDW-01": both}) == 2
    assert services.record_sheets(session, actor, audit.id, {"IDW-01": both}) == 0
    seen = {"F-001": ("nonconform", " Only a copy. "), "F-002": ("conform", "")}
    assert services.record_sheets(session, actor, audit.id, {"IDW-01": seen}, reasons={"IDW-01": " Saw it. "}) == 1
    session.flush()
    assert queries.verdicts_of(session, audit.id, ["IDW-01"])["IDW-01"]["F-001"][:2] == ("nonconform", "Only a copy.")
    events = [event for event in history(session, audit.id) if event.name == "audit.record"]
    assert [list(event.told["verdicts"]) for event in events] == [["F-001", "F-002"], ["F-001"]]
    assert events[-1].told["verdicts"]["F-001"] == [["conform", ""], ["nonconform", "Only a copy."]]
    assert events[-1].told["reason"] == "Saw it."


BAD = ("nonconform", "Only a copy.")


@pytest.mark.parametrize("reasons", [None, {}, {"IDW-01": "  "}, {"IDW-02": "About another one."}])
@pytest.mark.parametrize(("first", "then"), [(("conform", ""), BAD), (BAD, ("conform", ""))])
def test_no_saved_verdict_changes_without_a_reason(session, first, then, reasons):
    audit = make_audit(session, populations={"personnel_file": ["F-001"]})
    actor = audit.inspector.actor
    services.record_sheets(session, actor, audit.id, {"IDW-01": {"F-001": first}})
    with pytest.raises(services.ReasonMissingError) as refusal:
        services.record_sheets(session, actor, audit.id, {"IDW-01": {"F-001": then}}, reasons=reasons)
    assert refusal.value.codes == ["IDW-01"]
    assert queries.verdicts_of(session, audit.id)["IDW-01"]["F-001"][:2] == first


def test_a_better_note_needs_no_reason_and_is_no_changed_verdict(session):
    audit = make_audit(session, populations={"personnel_file": ["F-001"]})
    for said in (BAD, ("nonconform", "Only a copy, of 2021.")):
        services.record_sheets(session, audit.inspector.actor, audit.id, {"IDW-01": {"F-001": said}})
    assert queries.changed_verdicts(session, audit.id) == []
    kept = session.scalars(select(VerdictChange)).all()
    assert [(each.note_before, each.note) for each in kept] == [("Only a copy.", "Only a copy, of 2021.")]


def test_the_database_keeps_what_a_verdict_was_whoever_changes_it(session):
    audit = make_audit(session, populations={"personnel_file": ["F-001"]})
    services.record_sheets(session, audit.inspector.actor, audit.id, {"IDW-01": {"F-001": BAD}})
    session.execute(update(Verdict).values(value="conform", note="", reason="In passing."))
    session.execute(update(Verdict).values(recorded_at=clock.now()))  # says nothing else
    (kept,) = queries.changed_verdicts(session, audit.id)
    assert (kept.value_before, kept.note_before, kept.value, kept.reason) == (*BAD, "conform", "In passing.")


def test_the_draw_and_its_verdicts_are_the_same_read_together_or_apart(session):
    audit = make_audit(session, populations={"personnel_file": [f"F-{number:03}" for number in range(1, 8)]})
    actor, units, codes = audit.inspector.actor, ["personnel_file", "organisation"], ["IDW-01", "GOV-01"]
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    conform = {
        "IDW-01": dict.fromkeys(drawn[1:3], ("conform", "")),
        "IDW-02": {drawn[0]: ("conform", "")},
    }
    services.record_sheets(session, actor, audit.id, conform)
    session.flush()
    sample, judged = queries.drawn_and_judged(session, audit.id, units, codes)
    assert sample == queries.sample_of(session, audit.id, units)
    assert list(sample["personnel_file"]) == drawn
    assert judged == queries.verdicts_of(session, audit.id, codes)
    assert judged["IDW-01"].keys() == set(drawn[1:3])


@pytest.mark.parametrize(
    ("code", "reference", "said"),
    [
        ("IDW-01", "F-001", ("nonconform", "  ")),
        ("IDW-01", "F-001", ("not_assessed", "")),
        ("IDW-01", "F-001", ("excellent", "wow")),
        ("IDW-01", "F-999", ("conform", "")),
        ("IDW-01", "organisation", ("conform", "")),
    ],
)
def test_a_verdict_that_does_not_hold_is_refused(session, code, reference, said):
    audit = make_audit(session, populations={"personnel_file": ["F-001"]})
    with pytest.raises(RuleError):
        services.record_sheets(session, audit.inspector.actor, audit.id, {code: {reference: said}})
    assert queries.verdicts_of(session, audit.id) == {}


def test_an_unknown_requirement_is_not_found(session):
    audit = make_audit(session)
    with pytest.raises(NotFoundError):
        services.record_sheets(session, audit.inspector.actor, audit.id, {"XXX-99": {"organisation": ORGANISATION}})


# Who sees what


def test_everybody_sees_the_audits_that_are_theirs_to_see(session):
    mine, other = make_audit(session, AuditState.PLANNED), make_audit(session, AuditState.PLANNED)
    of_agency = make_person(session, Role.AGENCY_EDITOR, mine.agency_id)
    of_another = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    seers = {
        mine.inspector: {mine.id},
        of_agency: {mine.id},
        of_another: set(),
        make_person(session, Role.REVIEWER): {mine.id, other.id},
        make_person(session, Role.ADMINISTRATOR): set(),
        make_person(session, Role.SCHEME_MANAGER): set(),
    }
    for person, expected in seers.items():
        seen = {audit.id for audit in session.scalars(queries.visible_audits(person.actor))}
        assert seen & {mine.id, other.id} == expected, person.roles


def test_an_accepted_application_waits_until_it_is_planned(session):
    planner = make_person(session, Role.PLANNER).actor
    application = make_application(session, state=ApplicationState.ACCEPTED)
    assert application in queries.unplanned_applications(session, planner)
    audit = make_audit(session, AuditState.PLANNED, application=application)
    assert application not in queries.unplanned_applications(session, planner)
    assert queries.find_live_audit(session, planner, application.id) is audit
    services.cancel_audit(session, planner, audit.id, reason="Ill.")
    session.flush()
    assert application in queries.unplanned_applications(session, planner)
    assert queries.find_live_audit(session, planner, application.id) is None
