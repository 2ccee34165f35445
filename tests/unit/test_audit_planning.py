"""What an audit covers and how long it takes, by edition 2 of the scheme."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.errors import RuleError
from audits.inspections import planning
from audits.schemes.cycle import AuditKind
from tests.kit.scheme import SECOND, scheme

NORM = scheme(SECOND)
ALL = [item.code for item in NORM.requirements]
CRITICAL = [item.code for item in NORM.requirements if item.severity == "critical"]
KINDS = st.sampled_from(AuditKind)
CODES = st.sets(st.sampled_from(ALL))
RISKS = st.sets(st.sampled_from(sorted(NORM.cycle.risks)))
UNITS = st.dictionaries(st.sampled_from(sorted(NORM.units)), st.integers(0, 300))


def codes(kind, **chosen):
    return [each.requirement.code for each in planning.covered(NORM, kind, **chosen)]


@pytest.mark.parametrize("kind", [AuditKind.INITIAL, AuditKind.RENEWAL])
def test_the_first_audit_and_a_renewal_cover_everything(kind):
    assert codes(kind) == ALL


def test_surveillance_covers_what_is_critical_what_was_found_and_what_is_at_risk():
    assert codes(AuditKind.SURVEILLANCE) == sorted({*CRITICAL, "GOV-07", "GOV-08"}, key=ALL.index)
    more = codes(AuditKind.SURVEILLANCE, found_before=["IDW-05"], risks=["safety_signal"])
    assert set(more) - set(codes(AuditKind.SURVEILLANCE)) == {"IDW-05", "PAY-09", "CHN-05", "CHN-06", "CHN-07"}


def test_a_follow_up_covers_what_was_found_and_nothing_else():
    assert codes(AuditKind.FOLLOW_UP, found_before=["PAY-05"], risks=["housing"]) == ["PAY-05"]


def test_a_special_audit_covers_its_occasion_and_whether_doors_were_open():
    assert codes(AuditKind.SPECIAL, by_hand=["CON-02"]) == ["CON-02", "FRE-07"]


def test_each_requirement_has_every_reason_why_it_is_there():
    found = planning.covered(NORM, AuditKind.SURVEILLANCE, found_before=["PAY-01"], risks=["pay_signal"])
    reasons = next(each.reasons for each in found if each.requirement.code == "PAY-01")
    assert [reason["en"] for reason in reasons] == [
        "Critical requirements are looked at in every audit.",
        "There was a finding on this before.",
        "This belongs to a risk of this agency.",
    ]


@pytest.mark.parametrize("wrong", [{"risks": ["weather"]}, {"by_hand": ["PAY-77"]}])
def test_what_the_scheme_does_not_have_is_refused(wrong):
    with pytest.raises(RuleError, match="does not have"):
        planning.covered(NORM, AuditKind.SPECIAL, **wrong)


def test_a_version_of_the_first_edition_knows_no_kinds_of_audit():
    with pytest.raises(RuleError, match="no kinds of audit"):
        planning.covered(scheme(), AuditKind.SURVEILLANCE)


@given(KINDS, CODES, CODES, RISKS, RISKS)
def test_more_reasons_never_cover_less(kind, found, by_hand, risks, more):
    before = codes(kind, found_before=found, by_hand=by_hand, risks=risks)
    assert set(before) <= set(codes(kind, found_before=found | by_hand, by_hand=by_hand, risks=risks | more))


# ---- hours


@pytest.mark.parametrize(
    ("kind", "workers", "units", "expected"),
    [
        (AuditKind.INITIAL, 10, {}, "8"),
        (AuditKind.INITIAL, 11, {}, "12"),
        (AuditKind.INITIAL, 251, {"personnel_file": 27, "interview": 27, "assignment": 27}, "60.5"),
        (AuditKind.INITIAL, 1_000_000, {"housing_location": 3}, "38"),
        (AuditKind.SURVEILLANCE, 30, {"interview": 5}, "9"),  # 4.8 and 3.75, in halves
        (AuditKind.SPECIAL, 5, {}, "4"),  # never less than the least
    ],
)
def test_hours_come_from_the_table(kind, workers, units, expected):
    assert planning.hours(NORM, kind, workers=workers, units=units) == Decimal(expected)


def test_sites_and_risks_ask_for_more_time():
    plain = planning.hours(NORM, AuditKind.INITIAL, workers=30, units={})
    table = planning.cycle_of(NORM).audit_time
    more = planning.hours(NORM, AuditKind.INITIAL, workers=30, units={}, sites=2, risks=["chain", "tax_debt"])
    assert more == plain + 2 * table.per_site + table.per_risk["chain"] + table.per_risk["tax_debt"]
    found = planning.audit_hours(NORM, AuditKind.INITIAL, workers=30, locations={}, drawn={}, sites=2, risks=["chain"])
    assert [(line.count, line.hours) for line in found.lines if line.is_sites] == [(2, 2 * table.per_site)]
    assert [line.hours for line in found.lines if line.risk == "chain"] == [table.per_risk["chain"]]
    with pytest.raises(RuleError):
        planning.check_risks(NORM, ["bad_weather"])


@given(KINDS, st.integers(0, 20_000), st.integers(0, 20_000), UNITS, UNITS)
def test_a_larger_audit_never_takes_less_time(kind, workers, more_workers, units, more):
    larger = {unit: units.get(unit, 0) + more.get(unit, 0) for unit in {*units, *more}}
    hours = planning.hours(NORM, kind, workers=workers, units=units)
    assert hours <= planning.hours(NORM, kind, workers=workers + more_workers, units=larger)
    assert hours * 2 % 1 == 0


@pytest.mark.parametrize(("planned", "differs"), [("8", False), ("12", False), ("7.5", True), ("12.5", True)])
def test_a_planner_may_deviate_a_little(planned, differs):
    lines = (planning.TimeLine("", 1, Decimal(10)),)
    assert planning.AuditHours(lines, Decimal(10), Decimal("0.2")).differs(Decimal(planned)) is differs
    assert not planning.AuditHours((), Decimal(0), Decimal(0)).differs(Decimal(planned))  # of a norm without hours


def test_the_hours_of_an_audit_say_where_they_come_from():
    found = planning.audit_hours(
        NORM, AuditKind.INITIAL, workers=140, locations={"housing_location": 2}, drawn={"interview": 4}
    )
    lines = {line.unit: (line.count, line.hours) for line in found.lines}
    assert lines[""] == (140, Decimal(16))
    assert lines["interview"] == (4, Decimal(3))
    assert lines["housing_location"] == (2, Decimal(4))
    assert lines["personnel_file"][0] > 4  # not drawn yet: as many as a draw of 140 will have
    assert found.total == sum(hours for _, hours in lines.values())


@pytest.mark.parametrize(("typed", "hours"), [("7.5", "7.5"), (" 7,5 ", "7.5"), ("8", "8"), ("0", "0")])
def test_hours_are_typed_with_a_point_or_a_comma(typed, hours):
    assert planning.parse_hours(typed) == Decimal(hours)


@pytest.mark.parametrize("typed", ["", "a day", "7.25", "-1", "24.5", "NaN", "Infinity", "1e9"])
def test_other_hours_are_none(typed):
    with pytest.raises(RuleError) as refusal:
        planning.parse_hours(typed)
    assert refusal.value.field == "hours"
