"""Invalid schemes are rejected with every problem, by line and path."""

import hashlib

import pytest

from audits.schemes.problems import SchemeError
from audits.schemes.reading import LARGEST, read
from audits.schemes.source import _scheme, parse, scheme_from, values_of
from tests.kit.scheme import SECOND, edited, scheme, short, source

FIRST = "  GOV-01:\n    chapter: GOV\n    severity: critical\n    level: agency\n    unit: organisation\n"


def problems(text):
    with pytest.raises(SchemeError) as refused:
        parse(text)
    return refused.value.problems


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


BROKEN = {
    "a code that is no chapter": (
        (FIRST, FIRST.replace("chapter: GOV", "chapter: GOX")),
        "chapter: GOX",
        "$.requirements.GOV-01.chapter",
        "GOX",
    ),
    "an unknown severity": (
        (FIRST, FIRST.replace("critical", "fatal")),
        "severity: fatal",
        "$.requirements.GOV-01.severity",
        "fatal",
    ),
    "an unknown unit": (
        (FIRST, FIRST.replace("organisation", "planet")),
        "unit: planet",
        "$.requirements.GOV-01.unit",
        "planet",
    ),
    "an unknown level": (
        (FIRST, FIRST.replace("level: agency", "level: moon")),
        "level: moon",
        "$.requirements.GOV-01.level",
        "moon",
    ),
    "a code with another form": (("  GOV-01:\n", "  GOV-1:\n"), "  GOV-1:", "$.requirements.GOV-1", "does not belong"),
    "a requirement that is there twice": (
        ("  GOV-02:\n", "  GOV-01:\n"),
        (
            "  GOV-01:\n    chapter: GOV\n    severity: critical\n    level: agency\n"
            "    unit: organisation\n    title:\n      nl: Wettelijke"
        ),
        "$.requirements.GOV-01",
        "twice",
    ),
    "a translation that is missing": (
        ("      nl: Ingeschreven als uitlener\n", ""),
        "    title:\n      en: Registered as",
        "$.requirements.GOV-01.title.nl",
        "missing",
    ),
    "a translation that is empty": (
        ("nl: Ingeschreven als uitlener", 'nl: " "'),
        'nl: " "',
        "$.requirements.GOV-01.title.nl",
        "empty",
    ),
    "a text that is a number": (
        ("nl: Ingeschreven als uitlener", "nl: 7"),
        "nl: 7",
        "$.requirements.GOV-01.title.nl",
        "type",
    ),
    "a field that nobody knows": (
        (FIRST, FIRST + "    weight: 3\n"),
        "weight: 3",
        "$.requirements.GOV-01.weight",
        "does not belong",
    ),
    "points that are no number": (("points: 8", "points: eight"), "points: eight", "$.severities.major.points", "type"),
    "an escalation to nowhere": (
        ("escalates_to: major", "escalates_to: worse"),
        "escalates_to: worse",
        "$.severities.minor.escalates_to",
        "worse",
    ),
    "a grade that is no severity": (
        ("above_share: 0.05, grade: major", "above_share: 0.05, grade: huge"),
        "above_share: 0.05, grade: huge",
        "$.scoring.grades.major[1].grade",
        "huge",
    ),
    "thresholds that do not ascend": (
        ("- {above_share: 0, grade: minor}", "- {above_share: 0.05, grade: minor}"),
        "- {above_share: 0.05, grade: major}",
        "$.scoring.grades.major[1].above_share",
        "ascend",
    ),
    "a share above one": (
        ("above_share: 0.05", "above_share: 5"),
        "above_share: 5",
        "$.scoring.grades.major[1].above_share",
        "less than",
    ),
    "a severity without grades": (
        ("    minor:\n      - {above_share: 0, grade: observation}\n      - {above_share: 0.10, grade: minor}\n", ""),
        "  grades:",
        "$.scoring.grades.minor",
        "No grade",
    ),
    "a fail limit under the conditional one": (
        ("fail_total: 30", "fail_total: 16"),
        "conditional_from: 16",
        "$.scoring.conditional_from",
        "lower than",
    ),
    "a sampling rule without its numbers": (
        (", cap: 60", ""),
        "sampling: {rule: detect",
        "$.units.personnel_file.sampling.cap",
        "missing",
    ),
    "a sampling rule that nobody wrote": (
        ("{rule: all}", "{rule: some}"),
        "{rule: some}",
        "$.units.organisation.sampling.rule",
        "one of",
    ),
    "a minimum above the maximum": (
        ("minimum: 5", "minimum: 50"),
        "minimum: 50",
        "$.units.interview.sampling.minimum",
        "higher",
    ),
    "two units that are the agency": (("is_agency: false", "is_agency: true"), "units:", "$.units", "Exactly one"),
    "a nonconforming verdict that does not count": (
        ("assessed: true\n    nonconforming: true", "assessed: false\n    nonconforming: true"),
        "  nonconform:",
        "$.verdicts.nonconform",
        "assessed",
    ),
    "a chapter without requirements": (
        ("chapters:\n", "chapters:\n  ZZZ: {title: {nl: Leeg, en: Empty}}\n"),
        "  ZZZ:",
        "$.chapters.ZZZ",
        "no requirements",
    ),
    "a day that does not exist": (("2026-11-01", "2026-11-31"), "valid_from", "$.valid_from", "calendar"),
    "a version that is no string": (('version: "1.0"', "version: 1.0"), "version: 1.0", "$.version", "type"),
    "a term of no days": (
        ("appeal_working_days: 20", "appeal_working_days: 0"),
        "appeal_working_days: 0",
        "$.terms.appeal_working_days",
        "at least 1",
    ),
    "a repair question too many": (
        ("    operation:\n", "    oracle: {label: {nl: a, en: b}, hint: {nl: c, en: d}}\n    operation:\n"),
        "    oracle:",
        "$.repair.questions.oracle",
        "does not belong",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize(("edit", "place", "path", "word"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_named_with_line_and_path(edit, place, path, word):
    text = edited(edit)
    found = [problem for problem in problems(text) if problem.json_path == path and word in str(problem)]
    assert [problem.line for problem in found] == [line_of(text, place)], [str(problem) for problem in problems(text)]


def test_all_mistakes_are_named_at_once_in_the_order_of_the_text():
    text = edited(("points: 8", "points: -8"), ("fail_total: 30", "fail_total: 3"), ("severity: minor", "severity: x"))
    found = problems(text)
    assert [problem.json_path for problem in found] == [
        "$.severities.major.points", "$.scoring.conditional_from", "$.requirements.IDW-05.severity",
    ]  # fmt: skip
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_the_error_says_how_many_and_where_the_first_is():
    text = edited(("id: fair-agency-work", "id: Fair Agency Work"))
    with pytest.raises(SchemeError, match=rf"Problems found: 1, the first on line {line_of(text, 'id: Fair')}\."):
        parse(text)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: [1, 2\nb: 3\n", 2, "YAML"),
        ("a: 1\n\tb: 2\n", 2, "YAML"),
        ("a: 1\n---\nb: 2\n", 2, "YAML"),
        ("a: 1\nb: !!python/object/apply:os.system ['true']\n", 2, "Tags"),
        ("a: &x [1]\nb: [*x, *x]\n", 1, "Anchors"),
        ("a: 1\n? [b, c]\n: 2\n", 2, "plain word"),
        ("[" * 40 + "]" * 40, 1, "nested"),
        ("a: 1\n" + "#" * LARGEST, 1, "larger"),
        ("a: '\ud800'", 1, "cannot be stored"),
        ("a: 'x\x00y'", 1, "YAML"),
        ("", 1, "type"),
        ("just words", 1, "type"),
        ("- a\n- b\n", 1, "type"),
    ],
)
def test_what_is_no_plain_yaml_map_is_refused(text, line, word):
    assert any(problem.line == line and word in str(problem) for problem in problems(text))


def test_an_alias_bomb_is_refused_before_it_grows():
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30))
    assert "Anchors" in str(problems(f"l0: &l0 [x]\n{layers}\n")[0])


@pytest.mark.long
@pytest.mark.parametrize("wrong", ["null", "7", "[]", "{}", "text", "[[1], {a: 2}]", "{a: [null]}"])
@pytest.mark.parametrize("part", ["chapters", "severities", "verdicts", "units", "sampling", "scoring", "repair"])
def test_a_part_of_the_wrong_shape_is_a_problem_and_never_a_crash(part, wrong):
    before, _, rest = short().partition(f"\n{part}:\n")
    after = rest[next(place for place, line in lines(rest) if not line.startswith((" ", "#")) and line) :]
    assert problems(f"{before}\n{part}: {wrong}\n{after}")


def test_the_short_norm_of_these_tests_has_no_problem_of_its_own():
    assert 9 <= len(parse(short()).requirements) < len(scheme().requirements) / 2


def lines(text):
    place = 0
    for line in text.splitlines(keepends=True):
        yield place, line.rstrip("\n")
        place += len(line)


def test_no_and_dates_and_underscores_are_just_words():
    text = edited(("nl: Ingeschreven als uitlener", "nl: no"), ("en: Registered as a supplier of labour", "en: 1_000"))
    title = parse(text).requirements[0].title
    assert (title["nl"], title["en"]) == ("no", "1_000")


def test_the_same_text_gives_the_same_norm():
    assert parse(source()) == scheme()
    assert parse(source() + "\n# a remark\n").sha256 != scheme().sha256


@pytest.mark.parametrize("text", [source(), source(SECOND)], ids=["1.0", "1.1"])
def test_the_kept_values_of_a_norm_are_what_its_yaml_says_decimals_too(text):
    assert "$decimal" in values_of(text)
    assert scheme_from(text, values_of(text)) == _scheme(read(text).data, hashlib.sha256(text.encode()).hexdigest())
