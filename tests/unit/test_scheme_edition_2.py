"""Edition 2 of the scheme file: mistakes are named by line and path, and what it says becomes values."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product

import pytest

from audits.schemes.checks import check
from audits.schemes.cycle import AuditKind, DecisionKind, Judged, Selection
from audits.schemes.reading import Reading, read
from audits.schemes.source import parse
from audits.schemes.text import RepairStep, Shortfall
from tests.kit.scheme import SECOND, edited, scheme, short, source
from tests.unit.test_scheme_source import line_of, problems

NL_EN = "{nl: a, en: b}"
BROKEN = {
    "an edition that nobody knows": (("edition: 2", "edition: 3"), "edition: 3", "$.edition", "not known"),
    "the first edition by name": (("edition: 2", "edition: 1"), "edition: 1", "$.edition", "do not name"),
    "a part of the first edition": (
        ("scoring:\n", f"scoring:\n  grades: {NL_EN}\n"),
        "grades: {nl",
        "$.scoring.grades",
        "does not belong",
    ),
    "an appeal that holds back what gives": (
        ("# The plan comes first", "appeal: {holds_back: [lift]}\n# The plan comes first"),
        "appeal: {holds",
        "$.appeal.holds_back[0]",
        "withdraw",
    ),
    "a severity without a judgement": (
        ("    critical: {accept: [{drawn_from: 1, most: 0}], incidental: critical, systemic: critical}\n", ""),
        "  judgement:\n",
        "$.scoring.judgement.critical",
        "Nothing is given",
    ),
    "a severity without a least share": (
        ("    minor: {minimum: 0.6, below: conditions}\n", ""),
        "  assessed:\n",
        "$.scoring.assessed.minor",
        "Nothing is given",
    ),
    "a least share above the whole": (
        ("minimum: 0.9", "minimum: 1.5"),
        "critical: {minimum: 1.5",
        "$.scoring.assessed.critical.minimum",
        "at most",
    ),
    "a grade that is no severity": (
        ("incidental: minor\n", "incidental: tiny\n"),
        "incidental: tiny",
        "$.scoring.judgement.major.incidental",
        "tiny",
    ),
    "an incidental finding that weighs more": (
        ("      incidental: minor\n      systemic: major\n", "      incidental: major\n      systemic: minor\n"),
        "incidental: major\n      systemic: minor",
        "$.scoring.judgement.major.incidental",
        "weigh more",
    ),
    "an acceptance number that begins late": (
        ("accept: [{drawn_from: 1, most: 1}, ", "accept: [{drawn_from: 5, most: 1}, "),
        "accept: [{drawn_from: 5",
        "$.scoring.judgement.major.accept[0].drawn_from",
        "begin at 1",
    ),
    "an acceptance number that falls": (
        ("{drawn_from: 50, most: 3}", "{drawn_from: 50, most: 1}"),
        "{drawn_from: 50, most: 1}",
        "$.scoring.judgement.major.accept[2].most",
        "not be less",
    ),
    "sizes that do not ascend": (
        ("{drawn_from: 50, most: 3}", "{drawn_from: 32, most: 3}"),
        "{drawn_from: 32, most: 3}",
        "$.scoring.judgement.major.accept[2].drawn_from",
        "more than in the line before",
    ),
    "an escalation to a lighter grade": (
        ("escalates_to: major", "escalates_to: observation"),
        "escalates_to: observation",
        "$.severities.minor.escalates_to",
        "heavier",
    ),
    "a whole list that is divided": (
        ("    sampling: {rule: all}\n", "    sampling: {rule: all}\n    strata: {by: site, least: 1}\n"),
        "strata: {by",
        "$.units.organisation.strata",
        "can be divided",
    ),
    "a sample divided by what no list says": (
        ("never_fewer: true}\n", "never_fewer: true}\n    strata: {by: shoes, least: 1}\n"),
        "strata: {by",
        "$.units.personnel_file.strata.by",
        "nationality_group",
    ),
    "a confidential unit without a minimum group": (
        ("minimum_group: 5", "minimum_group: null"),
        "minimum_group: null\n    list_sources: [wage_tax_return",
        "$.units.interview.minimum_group",
        "needs a minimum group",
    ),
    "a minimum group of one": (
        ("minimum_group: 5", "minimum_group: 1"),
        "minimum_group: 1",
        "$.units.interview.minimum_group",
        "at least 2",
    ),
    "a minimum group for everybody": (
        ("confidential: true", "confidential: false"),
        "minimum_group: 5",
        "$.units.interview.minimum_group",
        "Only a confidential unit",
    ),
    "a confidential list that only the agency can make": (
        ("[wage_tax_return, hirer_records, pension_fund, made_on_site, payroll_export]", "[agency_list]"),
        "list_sources: [agency_list]",
        "$.units.interview.list_sources",
        "independent",
    ),
    "a list from nowhere": (
        ("[agency_list, housing_register, made_on_site]", "[agency_list, hearsay]"),
        "list_sources: [agency_list, hearsay]",
        "$.units.housing_location.list_sources[1]",
        "hearsay",
    ),
    "an agency that is confidential": (
        ("    confidential: false\n    minimum_group: null\n", "    confidential: true\n    minimum_group: 5\n"),
        "    confidential: true",
        "$.units.organisation.confidential",
        "itself",
    ),
    "a question at a file that the agency must answer": (
        (
            """    agency_question:
      nl: Geeft u het contract, of een volledige vertaling, in een taal die de werknemer goed leest?
      en: Do you give the contract, or a full translation, in a language the worker reads well?
""",
            "",
        ),
        "  CON-02:\n",
        "$.requirements.CON-02.agency_question",
        "that the agency can answer",
    ),
    "a condition on what nobody asks": (
        ("asked_if: {offers_housing: true}", "asked_if: {owns_cars: true}"),
        "asked_if: {owns_cars",
        "$.requirements.HOU-01.asked_if.owns_cars",
        "does not belong",
    ),
    "a question about repair that cannot be stored": (
        ("    effectiveness:\n      label: {nl: Werking", "    luck:\n      label: {nl: Werking"),
        "    luck:",
        "$.corrective_action.questions.luck",
        "cannot store",
    ),
    "a kind of audit too few": (
        ("  follow_up:\n    name: {nl: Hercontrole", "  fellow_up:\n    name: {nl: Hercontrole"),
        "audits:\n  initial",
        "$.audits.follow_up",
        "missing",
    ),
    "an initial audit that leaves something out": (
        ("        all: true\n  surveillance:", "        severities: [critical]\n  surveillance:"),
        "covers:\n      - reason: {nl: Een eerste audit",
        "$.audits.initial.covers",
        "covers all",
    ),
    "two ways to choose under one reason": (
        ("        all: true\n  surveillance:", "        all: true\n        by_hand: true\n  surveillance:"),
        "- reason: {nl: Een eerste audit",
        "$.audits.initial.covers[0]",
        "at most 2",
    ),
    "a cover of a requirement that is not there": (
        ("requirements: [GOV-07, GOV-08]", "requirements: [GOV-07, GOV-99]"),
        "requirements: [GOV-07, GOV-99]",
        "$.audits.surveillance.covers[3].requirements[1]",
        "GOV-99",
    ),
    "a risk that adds nothing": (
        ("    chapters: [HOU]\n    requirements: [PAY-07]\n", ""),
        "  housing:\n",
        "$.risks.housing",
        "at least 2",
    ),
    "a risk about a chapter that is not there": (
        ("chapters: [HOU]", "chapters: [HOX]"),
        "chapters: [HOX]",
        "$.risks.housing.chapters[0]",
        "HOX",
    ),
    "surveillance after the end": (
        ("after_months: 6", "after_months: 12"),
        "- {after_months: 12",
        "$.surveillance[0].after_months",
        "less than the validity",
    ),
    "a window as long as the certificate": (
        ("renewal_window_days: 90", "renewal_window_days: 336"),
        "renewal_window_days: 336",
        "$.terms.renewal_window_days",
        "less than the validity",
    ),
    "a term that is missing": (
        ("  critical_finding_working_days: 2 # a decider has acted\n", ""),
        "terms:\n",
        "$.terms.critical_finding_working_days",
        "missing",
    ),
    "hours that fall for a larger agency": (
        ("{up_to: 50, hours: 12}", "{up_to: 50, hours: 7}"),
        "{up_to: 50, hours: 7}",
        "$.audit_time.by_workers[1].hours",
        "not be less",
    ),
    "no hours for the largest": (
        ("up_to: null", "up_to: 90000"),
        "{up_to: 90000",
        "$.audit_time.by_workers[5].up_to",
        "any size",
    ),
    "a line after the one for any size": (
        ("{up_to: 50, hours: 12}", "{up_to: null, hours: 12}"),
        "{up_to: null, hours: 12}",
        "$.audit_time.by_workers[1].up_to",
        "any size",
    ),
    "hours for a unit that is not there": (
        ("per_unit: {personnel_file:", "per_unit: {garden:"),
        "per_unit: {garden",
        "$.audit_time.per_unit.garden",
        "garden",
    ),
    "a ground of a decision that nobody takes": (
        ("decisions: [amend]", "decisions: [praise]"),
        "decisions: [praise]",
        "$.grounds.details_changed.decisions[0]",
        "one of",
    ),
    "a transition from the future": (
        ('from: "1.0"', 'from: "1.10"'),
        'from: "1.10"',
        "$.transition[0].from",
        "earlier",
    ),
    "a transition before the version": (
        ("renewals_from: 2027-01-01", "renewals_from: 2026-12-31"),
        "renewals_from: 2026",
        "$.transition[0].renewals_from",
        "before valid_from",
    ),
    "a day of transition that does not exist": (
        ("cases_until: null", "cases_until: 2027-02-30"),
        "cases_until: 2027",
        "$.transition[0].cases_until",
        "calendar",
    ),
    "a new name for a requirement that is not there": (
        ("renamed: {}", "renamed: {GOV-01: GOV-77}"),
        "renamed: {GOV-01",
        "$.transition[0].renamed.GOV-01",
        "GOV-77",
    ),
    "a chapter without a checklist": (
        ("    checklist:\n      reconciled:", "    list:\n      reconciled:"),
        "  FIN:\n",
        "$.chapters.FIN.checklist",
        "missing",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize(("edit", "place", "path", "word"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_named_with_line_and_path(edit, place, path, word):
    text = edited(edit, version=SECOND)
    found = [problem for problem in problems(text) if problem.json_path == path and word in str(problem)]
    assert [problem.line for problem in found] == [line_of(text, place)], [str(problem) for problem in problems(text)]


PARTS = re.findall(r"^([a-z_]+):", source(SECOND), re.MULTILINE)
WRONG = ["null", "7", "[]", "text", "[[1], {a: 2}]", "{a: [null]}", "{a: {b: {c: 1}}}"]
FITS = {("transition", "[]"), ("id", "text")}  # the first version of a scheme comes from nowhere


@cache
def read_once():
    return read(short(SECOND)).data


@pytest.mark.long
@pytest.mark.parametrize(("part", "wrong"), [pair for pair in product(PARTS, WRONG) if pair not in FITS])
def test_a_part_of_the_wrong_shape_is_a_problem_and_never_a_crash(part, wrong):
    reading = Reading({**read_once(), part: read(wrong).data})
    check(reading)
    assert reading.problems


def test_the_short_norm_of_these_tests_has_no_problem_of_its_own():
    assert 9 <= len(parse(short(SECOND)).requirements) < len(scheme(SECOND).requirements) / 2


def test_a_scheme_may_come_from_nowhere():
    text = re.sub(r"^transition:.*\n(?: .*\n)*", "transition: []\n", source(SECOND), flags=re.MULTILINE)
    assert parse(text).cycle.transition == ()


def test_a_decision_that_needs_a_ground_has_one():
    text = edited(("decisions: [end, reduce_scope]", "decisions: [reduce_scope]"), version=SECOND)
    text = text.replace("decisions: [end]", "decisions: [amend]")
    (found,) = problems(text)
    assert (found.json_path, found.params) == ("$.grounds", {"kind": "end"})


def test_it_names_its_edition():
    assert (scheme(SECOND).edition, scheme(SECOND).version) == (2, "1.1")
    assert (scheme().edition, scheme().cycle) == (1, None)


def test_every_kind_of_audit_says_what_it_covers_and_how_it_is_judged():
    audits = scheme(SECOND).cycle.audits
    assert set(audits) == set(AuditKind)
    assert audits[AuditKind.INITIAL].judged is Judged.AS_REPAIRED
    assert audits[AuditKind.SURVEILLANCE].judged is Judged.AS_FOUND
    chosen = [(cover.selection, cover.codes) for cover in audits[AuditKind.SURVEILLANCE].covers]
    assert chosen == [
        (Selection.SEVERITIES, ("critical",)), (Selection.FOUND_BEFORE, ()), (Selection.BY_RISK, ()),
        (Selection.REQUIREMENTS, ("GOV-07", "GOV-08")),
    ]  # fmt: skip


def test_every_kind_of_decision_that_changes_something_has_a_ground():
    for kind in set(DecisionKind) - {DecisionKind.CLOSE}:
        assert scheme(SECOND).cycle.grounds_for(kind), kind


def test_a_requirement_takes_its_rules_from_its_severity_unless_it_has_its_own():
    norm = scheme(SECOND)
    strict, own = norm.requirement("FRE-01"), norm.requirement("PAY-01")
    assert (strict.severity, own.severity) == ("critical", "critical")
    assert (strict.judgement.incidental, own.judgement.incidental) == ("critical", "major")
    assert strict.assessed.below is own.assessed.below is Shortfall.BLOCKS
    text = edited(("    asked_if: {offers_housing: true}\n", "    minimum_assessed: 1\n"), version=SECOND)
    assert parse(text).requirement("HOU-01").assessed.minimum == Decimal(1)


def test_a_corrective_action_asks_for_the_plan_first():
    steps = {question.code: question.step for question in scheme(SECOND).repair.questions}
    assert steps.pop("effectiveness") is RepairStep.PROOF
    assert set(steps.values()) == {RepairStep.PLAN}
    assert {question.step for question in scheme().repair.questions} == {None}


def test_the_digest_of_the_agreement_changes_with_its_text_and_with_nothing_else():
    before = scheme(SECOND).cycle.agreement
    other = parse(edited(("after_months: 6", "after_months: 7"), version=SECOND)).cycle.agreement
    changed = parse(edited(("U voldoet steeds", "U voldoet altijd"), version=SECOND)).cycle.agreement
    assert other.sha256 == before.sha256 != changed.sha256


def test_cases_of_the_earlier_version_finish_under_it():
    (step,) = scheme(SECOND).cycle.transition
    assert (step.from_version, step.renewals_from, step.cases_until) == ("1.0", date(2027, 1, 1), None)


def test_the_longest_term_counts_those_of_the_cycle():
    text = edited(("reported_change_working_days: 10", "reported_change_working_days: 400"), version=SECOND)
    assert parse(text).longest_working_days == 400
    assert scheme().longest_working_days == 125


def test_housing_is_what_only_requirements_on_housing_look_at():
    assert scheme(SECOND).housing_units == {"housing_location"}
    assert scheme().housing_units == frozenset()
