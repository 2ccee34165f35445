"""A norm with typed questions beside some requirements, and strategies for questions and their values."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from audits.questions.kinds import NUMERIC, Kind, question_of
from audits.questions.numbers import written
from tests.kit.scheme import SECOND, norm_text, plain_norm

DETAILS = {
    "HOU-01": {
        "beds": {"type": "number", "label": {"nl": "Bedden", "en": "Beds"}, "required": True, "minimum": 1,
                 "unit": {"nl": "bedden", "en": "beds"}},
        "rent": {"type": "money", "label": {"nl": "Huur per week", "en": "Rent a week"}, "shown_if": "beds > 10"},
        "places": {
            "type": "table",
            "label": {"nl": "Locaties", "en": "Places"},
            "columns": {
                "town": {"type": "text", "label": {"nl": "Plaats", "en": "Town"}, "required": True},
                "sleeps": {"type": "number", "label": {"nl": "Bedden", "en": "Beds"}, "required": True},
                "since": {"type": "date", "label": {"nl": "Sinds", "en": "Since"}},
            },
            "checks": [
                {"rule": "places_sleeps == beds", "level": "warning",
                 "message": {"nl": "De bedden kloppen niet.", "en": "The beds do not add up."}},
                {"rule": "places_rows <= 3", "level": "error",
                 "message": {"nl": "Te veel locaties.", "en": "Too many places."}},
            ],
        },
    },
    "GOV-01": {
        "abroad": {"type": "yes_no", "label": {"nl": "Werft u in het buitenland?", "en": "Do you recruit abroad?"}},
        "ways": {"type": "choices", "label": {"nl": "Hoe?", "en": "How?"}, "shown_if": "abroad",
                 "choices": {"self": {"nl": "Zelf", "en": "Ourselves"}, "others": {"nl": "Anders", "en": "Others"}}},
    },
}  # fmt: skip


def norm(details=DETAILS, **more):
    """The newest published norm with these typed questions; `more` are changes of requirements by code."""
    changed = plain_norm(SECOND)
    for code, asked in details.items():
        changed["requirements"][code]["details"] = asked
    for code, changes in more.items():
        changed["requirements"][code.replace("_", "-")] |= changes
    changed["requirements"]["HOU-01"].pop("asked_if", None)
    return norm_text(changed)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
LABEL = st.builds(lambda nl, en: {"nl": nl, "en": en}, WORDS, WORDS)


def _column(kind):
    return st.builds(
        lambda label, required, decimals, choices: {
            "type": kind.value, "label": label, "required": required, "decimals": decimals, "minimum": -10_000,
            "choices": choices,
        },
        LABEL, st.booleans(), st.integers(0, 4),
        st.dictionaries(st.sampled_from(["a", "b", "c_1"]), LABEL, min_size=1),
    ).map(lambda each: each | ({"maximum": 10_000} if kind is Kind.SHARE else {}))  # fmt: skip


COLUMNS = st.sampled_from([Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.DATE, Kind.YES_NO, Kind.CHOICE])


@st.composite
def questions(draw):
    """A question of any type, as a scheme file has it."""
    kind = draw(st.sampled_from([each for each in Kind if each is not Kind.FILE]))
    plain = draw(_column(kind))
    if kind is Kind.TABLE:
        plain["columns"] = {f"c{number}": draw(COLUMNS.flatmap(_column)) for number in range(draw(st.integers(1, 4)))}
    return question_of("asked", plain)


@st.composite
def values(draw, question):
    """A value that a question can have."""
    if question.kind is Kind.TABLE:
        return [_row(draw, question) for _ in range(draw(st.integers(1, 4)))]
    if question.kind is Kind.CHOICES:
        chosen = draw(st.sets(st.sampled_from(list(question.choices)), min_size=1))
        return [code for code in question.choices if code in chosen]
    if question.kind in NUMERIC:
        number = draw(st.integers(-9000 * 10**question.decimals, 9000 * 10**question.decimals))
        return written(Decimal(number).scaleb(-question.decimals))
    simple = {
        Kind.DATE: st.dates().map(date.isoformat),
        Kind.YES_NO: st.booleans(),
        Kind.CHOICE: st.sampled_from(list(question.choices)),
    }
    return draw(simple.get(question.kind, WORDS))


def _row(draw, question):
    """A row with a value in every required cell, and in one cell at least."""
    first = question.columns[0]
    row = {}
    for column in question.columns:
        if column.required or column is first or draw(st.booleans()):
            row[column.code] = draw(values(column))
    return row
