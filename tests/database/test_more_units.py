"""Units beside the draw: replacements by the next of it, and units that the inspector chooses."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.decisions.basis import Part, audit_basis
from audits.inspections import queries, rules, services
from audits.inspections.grading import Origin
from audits.inspections.models import SampledUnit
from audits.inspections.report import report_facts
from tests.kit.drawing import VALUE
from tests.kit.factories import make_application, make_audit, make_person, make_scheme
from tests.kit.factories.certificates import BODY
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import SEED, draw, judge
from tests.kit.scheme import FIRST, SECOND, scheme, source

RANDOM, REPLACEMENT, TARGETED = Origin
FILES = [f"F-{number:03d}" for number in range(1, 101)]  # of which 25 are drawn
ORDER = rules.draw(FILES, rules.mixed_seed(SEED, VALUE, rules.population_digest(FILES)), 100, "sha256-rank-1")
UNIT, CODE = "personnel_file", "PAY-05"


@pytest.fixture
def audit(session):
    return audit_under(session, SECOND)


def audit_under(session, version):
    application = make_application(
        session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(version))
    )
    audit = make_audit(session, application=application, populations={UNIT: FILES})
    session.flush()
    return audit


def replace(session, audit, reference, code="unreachable", *, actor=None, unit=UNIT):
    return services.replace_unit(
        session, actor or audit.inspector.actor, audit.id, unit, reference, reason_code=code, more="Twice called."
    )


def choose(session, audit, reference, reason="A signal came in."):
    return services.choose_unit(session, audit.inspector.actor, audit.id, UNIT, reference, reason=reason)


def finish(session, audit, verdicts):
    rest = {unit.code: ["X-1"] for unit in queries.undrawn(scheme(SECOND), {UNIT})}
    draw(session, audit, rest)
    judge(session, audit, verdicts, rest=True)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    session.flush()


def test_the_next_of_the_draw_comes_in_place_of_a_unit_that_cannot_be_judged(session, audit):
    first, second = replace(session, audit, ORDER[3]), replace(session, audit, ORDER[0])
    assert [first.reference, second.reference] == list(ORDER[25:27])
    origins = queries.origins_of(session, audit.id)[UNIT]
    assert list(origins) == list(ORDER[:27])
    assert [origins[ORDER[place]] for place in (0, 24, 25, 26)] == [RANDOM, RANDOM, REPLACEMENT, REPLACEMENT]
    said = queries.verdicts_of(session, audit.id)
    left = {item.code: said[item.code][ORDER[3]] for item in scheme(SECOND).on_unit(UNIT)}
    assert {row.value for row in left.values()} == {"not_assessed"}
    assert {row.note for row in left.values()} == {"The worker cannot be reached. Twice called."}
    event = next(event for event in history(session, audit.id) if event.name == "audit.replace_unit")
    assert ORDER[3] not in str(event.data)  # references can be forgotten


def test_a_replacement_can_be_replaced_and_a_chosen_unit_is_passed_over(session, audit):
    choose(session, audit, ORDER[25])
    first = replace(session, audit, ORDER[3])
    assert first.reference == ORDER[26]
    assert replace(session, audit, first.reference).reference == ORDER[27]


def test_what_was_judged_is_not_replaced(session, audit):
    judge(session, audit, {CODE: {ORDER[0]: BROKEN}})
    session.flush()
    with pytest.raises(RuleError, match="Something was judged"):
        replace(session, audit, ORDER[0])
    judge(session, audit, {CODE: {ORDER[1]: ("not_assessed", "Not there.")}})
    session.flush()
    assert replace(session, audit, ORDER[1]).reference == ORDER[25]


def test_what_is_no_unit_of_the_draw_is_not_replaced(session, audit):
    choose(session, audit, ORDER[50])
    for reference in (ORDER[50], ORDER[60], "F-999"):
        with pytest.raises(NotFoundError):
            replace(session, audit, reference)
    with pytest.raises(RuleError, match="reason from the norm"):
        replace(session, audit, ORDER[0], code="tiresome")
    replace(session, audit, ORDER[0])
    with pytest.raises(IllegalMoveError, match="replaced already"):
        replace(session, audit, ORDER[0])
    with pytest.raises(NotFoundError):
        replace(session, audit, "X-1", unit="interview")  # no list yet


def test_a_list_runs_out(session, audit):
    draw(session, audit, {"housing_location": ["H-1"]})
    with pytest.raises(RuleError, match="Every unit of the list"):
        replace(session, audit, "H-1", "closed", unit="housing_location")


def test_a_unit_that_the_inspector_chooses_needs_a_reason_and_no_name(session, audit):
    with pytest.raises(RuleError, match="Say why"):
        choose(session, audit, ORDER[70], " ")
    with pytest.raises(RuleError, match="in the audit already"):
        choose(session, audit, ORDER[0])
    with pytest.raises(RuleError, match="e-mail"):
        choose(session, audit, "jan@example.com")
    row = choose(session, audit, "Not on the list")
    assert (row.origin, row.position, row.reason) == (TARGETED, 26, "A signal came in.")


def test_only_the_inspector_in_fieldwork_adds_units(session, audit):
    other = make_person(session, [Role.INSPECTOR, Role.REVIEWER])
    with pytest.raises(NotAllowedError, match="Only the inspector"):
        replace(session, audit, ORDER[0], actor=other.actor)
    finish(session, audit, {})
    for act in (lambda: replace(session, audit, ORDER[0]), lambda: choose(session, audit, ORDER[50])):
        with pytest.raises(IllegalMoveError):
            act()


def test_edition_1_knows_no_units_beside_the_draw(session):
    audit = audit_under(session, FIRST)
    for act in (lambda: replace(session, audit, ORDER[0]), lambda: choose(session, audit, ORDER[70])):
        with pytest.raises(RuleError, match="knows no kinds of audit"):
            act()


def test_a_finding_counts_all_units_and_its_interval_those_by_lot(session, audit):
    chosen = choose(session, audit, ORDER[70])
    added = replace(session, audit, ORDER[1])
    bad = dict.fromkeys((ORDER[0], added.reference, chosen.reference), BROKEN)
    finish(session, audit, {CODE: bad | {ORDER[1]: ("not_assessed", "Not there.")}})
    judged = {row.requirement_code: row for row in queries.findings_of(session, audit.id)}[CODE]
    assert (judged.nonconforming, judged.assessed) == (3, 26)
    assert (judged.random_nonconforming, judged.random_assessed) == (1, 24)
    (printed,) = report_facts(session, audit, body=BODY)["findings"]
    assert printed["interval"] == list(rules.share_interval(1, 24, 100))
    assert printed["by_lot"] == [1, 24]
    (sample,) = [each for each in report_facts(session, audit, body=BODY)["samples"] if each["draw"] and each["added"]]
    assert sample["draw"]["references"] == list(ORDER[:25])
    assert sample["added"] == [
        {"reference": chosen.reference, "replaces": None, "reason": ""},
        {"reference": added.reference, "replaces": ORDER[1], "reason": "The worker cannot be reached."},
    ]


def test_replacements_make_evidence_suffice_and_chosen_units_do_not(session):
    missed = {CODE: dict.fromkeys(ORDER[:6], ("not_assessed", "Not there."))}  # 19 of 25; the norm demands 20
    for add, short in ((choose, True), (replace, False)):
        audit = audit_under(session, SECOND)
        judge(session, audit, missed)
        session.flush()
        add(session, audit, ORDER[60] if add is choose else ORDER[0])
        finish(session, audit, missed)
        assert [each.requirement for each in audit.shortfalls] == [CODE] * short
        counted = session.execute(text("SELECT code FROM evidence_short(:id)"), {"id": audit.id}).scalars().all()
        assert counted == [CODE] * short


def test_nothing_of_units_beside_the_draw_reaches_the_agency_of_interviews(session, audit):
    draw(session, audit, {"interview": [f"W-{number}" for number in range(40)]})
    services.choose_unit(session, audit.inspector.actor, audit.id, "interview", "W-caller", reason="A signal.")
    judge(session, audit, {}, rest=True)
    rest = {unit.code: ["X-1"] for unit in queries.undrawn(scheme(SECOND), {UNIT, "interview"})}
    draw(session, audit, rest)
    judge(session, audit, {}, rest=True)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    session.flush()
    facts = report_facts(session, audit, body=BODY)
    assert "W-caller" not in str(facts)
    spoken = next(each for each in facts["samples"] if each["draw"] is None)
    assert (spoken["drawn"], spoken["added"]) == (21, [])
    lines = {item["code"]: item for chapter in facts["chapters"] for item in chapter["requirements"]}
    told = {lines[item.code]["assessed"] for item in scheme(SECOND).on_unit("interview")}
    assert told == {21}  # 22 would say that somebody was chosen


def test_what_a_decider_weighs_holds_every_unit_beside_the_draw(session, audit):
    before = audit_basis(session, audit).parts[Part.POPULATIONS]
    replace(session, audit, ORDER[0])
    after = audit_basis(session, audit).parts[Part.POPULATIONS]
    assert [row[-1] for row in before] == [[]]
    assert [row[-1] for row in after] == [[[ORDER[25], REPLACEMENT, ORDER[0], "unreachable", "Twice called."]]]


# What the database refuses


def units(**values):
    row = {"unit": UNIT, "reference": ORDER[25], "position": 26, "origin": RANDOM, "reason": "", "added_by": None}
    return row | {"replaces": None, "reason_code": None} | values


LIES = {
    "by lot, beside the draw": units(),
    "by lot, again in a place of the draw": units(position=3),
    "by lot, without a list": units(unit="assignment", position=2),
    "not the next of the draw": units(
        reference=ORDER[26], origin=REPLACEMENT, replaces=ORDER[0], reason_code="declined", added_by="inspector"
    ),
    "without a code": units(origin=REPLACEMENT, replaces=ORDER[0], added_by="inspector"),
    "by nobody": units(origin=REPLACEMENT, replaces=ORDER[0], reason_code="declined"),
    "for a unit that was judged": units(
        origin=REPLACEMENT, replaces=ORDER[1], reason_code="declined", added_by="inspector"
    ),
    "for nothing": units(origin=REPLACEMENT, reason_code="declined", added_by="inspector"),
    "for a unit that is not there": units(
        origin=REPLACEMENT, replaces="F-999", reason_code="declined", added_by="inspector"
    ),
    "chosen without a reason": units(origin=TARGETED, added_by="inspector"),
    "chosen by nobody": units(origin=TARGETED, reason="A signal."),
    "in place of something": units(origin=TARGETED, reason="A signal.", replaces=ORDER[0], added_by="inspector"),
}
TRUTH = units(origin=REPLACEMENT, replaces=ORDER[0], reason_code="declined", added_by="inspector")


def test_no_unit_comes_in_with_a_lie_about_how(session, audit):
    judge(session, audit, {CODE: {ORDER[1]: BROKEN}})
    session.flush()
    person = audit.inspector_id

    def add(values):
        values = values | {"audit_id": audit.id, "added_by": person if values["added_by"] else None}
        with session.begin_nested():
            session.execute(insert(SampledUnit).values(**values))

    session.execute(text("SET LOCAL ROLE kw_worker"))
    for name, values in LIES.items():
        with pytest.raises(IntegrityError) as refused:
            add(values)
        assert "sampled_unit" in str(refused.value.orig.diag.constraint_name), name
    add(TRUTH)
