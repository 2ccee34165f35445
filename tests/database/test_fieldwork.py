"""Fieldwork of an audit: populations, samples, verdicts."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, update

from audits.core import clock
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import history
from audits.inspections import queries, services
from audits.inspections.models import Population, SampledUnit, Verdict, VerdictChange
from audits.inspections.workflow import AuditState
from audits.schemes.queries import scheme_of_version
from tests.kit.drawing import freeze_population
from tests.kit.factories.inspections import (
    SEED,
    make_audit,
)
from tests.kit.fieldwork import FILES, ORGANISATION, fails_in_the_database

# Populations and samples


def test_a_draw_can_be_done_again_by_anybody(session):
    from audits.inspections import rules

    audit = make_audit(session)
    population = freeze_population(
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
    assert (event.name, event.data["digest"], event.data["seed"]) == (
        "audit.freeze",
        population.digest,
        population.seed,
    )


def test_a_population_is_fixed_once(session):
    audit = make_audit(session, populations={"personnel_file": FILES})
    with pytest.raises(IllegalMoveError):
        freeze_population(session, audit.inspector.actor, audit.id, "personnel_file", FILES, seed=SEED)


def test_no_units_need_no_verdicts(session):
    audit = make_audit(session)
    nothing = freeze_population(session, audit.inspector.actor, audit.id, "housing_location", [], seed=SEED)
    assert (nothing.size, nothing.drawn) == (0, 0)
    assert "housing_location" not in queries.sample_of(session, audit.id)


def test_names_of_people_never_get_in(session):
    audit = make_audit(session)
    for lines in (["F-001", "123456782"], ["jan@example.nl"]):
        with pytest.raises(RuleError) as refused:
            freeze_population(session, audit.inspector.actor, audit.id, "personnel_file", lines, seed=SEED)
        assert refused.value.field == "references"
    assert session.scalar(select(Population).where(Population.audit_id == audit.id)) is None


def test_the_agency_itself_and_unknown_units_are_not_drawn(session):
    audit = make_audit(session)
    for unit in ("organisation", "moon"):
        with pytest.raises(NotFoundError):
            freeze_population(session, audit.inspector.actor, audit.id, unit, FILES, seed=SEED)


@pytest.mark.parametrize("state", [state for state in AuditState if state is not AuditState.IN_PROGRESS])
def test_fieldwork_happens_while_the_audit_is_in_progress(session, state):
    audit = make_audit(session, state)
    actor = audit.inspector.actor
    with pytest.raises(IllegalMoveError):
        freeze_population(session, actor, audit.id, "personnel_file", FILES, seed=SEED)
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
    assert {unit: list(drawn) for unit, drawn in sample.items()} == queries.sample_of(session, audit.id, units)
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
