"""Random typed questions and answers: page, answers to check, receipt, CSV and API say the same."""

import csv
import json
from dataclasses import replace
from io import StringIO

import jsonschema
import pytest
from bs4 import BeautifulSoup
from flask import render_template_string
from flask_babel import force_locale
from hypothesis import assume, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from audits.applications.models import Answer
from audits.applications.submission import _answer, _printed
from audits.applications.workbook import rows_of
from audits.core.letters import numbered
from audits.questions.kinds import Kind
from audits.questions.values import read_value, shape, words
from portal.doors.agency.answer_form import answer_form
from portal.forms import asked, spreadsheets
from tests.kit.scheme import SECOND, scheme
from tests.kit.typed_questions import questions, values

READ = "{% from 'macros/questions.html' import details_read %}{{ details_read(requirement, answer) }}"


@pytest.mark.parametrize("language", ["nl", "en"])
@given(data=st.data())
def test_every_reader_gets_the_same_answer(built_app, language, data):
    question = data.draw(questions())
    value = data.draw(values(question))
    names = [each.casefold() for texts in question.choices.values() for each in set(texts.values())]
    assume(len(names) == len(set(names)) and not set(names) & set(question.choices))
    norm = scheme(SECOND)
    requirement = replace(norm.requirements[0], details=(question,))
    norm = replace(norm, requirements=(requirement,))
    answer = Answer(requirement_code=requirement.code, value="conform", explanation="", details={"asked": value})
    answer.version = 1
    said = words(question, value, language)
    with built_app.test_request_context("/"), force_locale(language):
        assert on_form(requirement, answer) == value
        assert to_check(requirement, answer) == said
        assert words(question, in_csv(norm, answer, language), language) == said
    sealed = json.loads(json.dumps(_answer(requirement, norm, answer, [])))
    [detail] = sealed["details"]
    jsonschema.validate(detail["value"], shape(question))
    assert (detail["value"], detail["words"][language]) == (value, said)
    [printed] = _printed(sealed, language)["details"]
    assert printed["words"] == numbered(said)


def on_form(requirement, answer):
    """The value of what the page shows, sent back as it is."""
    form = answer_form(requirement, answer)
    shown = form[f"{asked.PREFIX}asked"].data
    sent = MultiDict({"detail_asked": shown} if not isinstance(shown, list) else [("detail_asked", v) for v in shown])
    again = answer_form(requirement, formdata=sent, meta={"csrf": False})
    return asked.values_in(again, requirement.details)["asked"]


def to_check(requirement, answer):
    page = BeautifulSoup(render_template_string(READ, requirement=requirement, answer=answer), "html.parser")
    return page.dd.get_text()


def in_csv(norm, answer, language):
    file = spreadsheets.comma_separated(rows_of(norm, {answer.requirement_code: answer}, language))
    rows = list(csv.DictReader(StringIO(file.decode("utf-8-sig"))))
    [row] = [each for each in rows if each["code"] == f"{answer.requirement_code}.asked"]
    question = norm.requirements[0].details[0]
    typed = row["answer"]
    if question.kind in {Kind.TEXT, Kind.CHOICE, Kind.TABLE}:  # a quote before what a spreadsheet takes for a formula
        typed = typed.removeprefix("'")
    return read_value(question, typed)
