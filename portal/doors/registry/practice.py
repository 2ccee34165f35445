"""Practice of the self-assessment, for anybody: the answers travel in the form itself, and nothing of them is kept."""

# mypy: allow-subclassing-any

from collections.abc import Collection, Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from audits.applications.asking import has_conditions
from audits.core import clock
from audits.decisions.practice import Practice, practise, told_here
from audits.questions.values import Value
from audits.schemes.text import Fact, Requirement, SchemeText
from certificates.register.schemes import current_scheme
from portal.doors.registry.forms import OpenForm
from portal.forms import asked
from portal.forms.fields import UNREMARKED, checkboxes_field, options, radios_field
from portal.forms.form import error_items
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.throttle import share_throttle, visitor_waits

MOST_PER_HOUR = 600  # pages of one connection: an office of twenty that walks through a norm of fifteen chapters twice
LONGEST_BODY = 256 * 1024  # bytes: an answer to each of 1,500 requirements whose codes are URNs
RESULT = "result"  # of the button that asks how the answers stand; others name a chapter


class StartForm(OpenForm):
    """What is asked depends on it."""

    facts = checkboxes_field(
        _l("Which of these is so at your agency?"),
        [
            (Fact.OFFERS_HOUSING.value, _l("We offer housing to workers, also when we rent it from others")),
            (Fact.HOLDS_CERTIFICATE.value, _l("We applied for the mark before, and a decision was taken")),
        ],
        hint=_l("Some questions are asked only then. Leave open what is not so."),
        required=UNREMARKED,
    )


Forms = Mapping[str, OpenForm]
"""What is told beside the answers, by the requirements that ask for it."""


class QuestionForm(OpenForm):
    """The answer to one requirement; the scheme words question and answers."""

    value = radios_field("", [], required=UNREMARKED)


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module, with a throttle that all processes share."""
    bp.get("/practice")(practice)
    bp.post("/practice")(practised)
    share_throttle(bp, "practice", MOST_PER_HOUR)


@public
def practice() -> ResponseReturnValue:
    """Show how practice works, the chapters, and what the questions depend on."""
    scheme = current_scheme(database.read(), clock.today())
    return _start(practise(scheme, (), {}), {}) if scheme else _nothing()


@public
def practised() -> ResponseReturnValue:
    """Show the page that a button asks for, with everything that was answered so far in its form."""
    request.max_content_length = LONGEST_BODY
    if wait := visitor_waits("practice"):
        return answer(429, _("You have opened many pages in a short time."), retry_after=wait)
    scheme = current_scheme(database.read(), clock.today())
    if scheme is None:
        return _nothing()
    forms = {item.code: _told_form(item) for item in scheme.requirements if told_here(item)}
    found, to = _sent(scheme, forms), request.form.get("to", "")
    for item in found.scheme.requirements:
        if item.code in forms and error_items(forms[item.code]):
            return _chapter(found, item.chapter, forms), 422
    if to == RESULT:
        return _page(found, "result", forms)
    return _chapter(found, to, forms) if to in {row.chapter.code for row in found.chapters} else _start(found, forms)


def _told_form(item: Requirement) -> OpenForm:
    """Return the form of what is told beside the answer to a requirement, as it was sent."""
    fields = {f"{asked.PREFIX}{each.code}": asked.field_for(each) for each in told_here(item)}
    form: OpenForm = type("ToldForm", (OpenForm,), fields)(request.form, prefix=f"{item.code}-")
    form.validate()
    return form


def _sent(scheme: SchemeText, forms: Forms) -> Practice:
    """Return what stands in the form that was sent; fields with what is no answer complain."""
    typed = {item.code: request.form.get(_name(item.code), "") for item in scheme.requirements}
    values: dict[str, Value] = {}
    for item in scheme.requirements:
        if item.code in forms:
            values |= asked.values_in(forms[item.code], told_here(item))
    return practise(scheme, request.form.getlist("facts"), typed, values)


def _name(code: str) -> str:
    """Return the name of the field with the answer to a requirement."""
    return f"{code}-value"


def _start(found: Practice, forms: Forms) -> str:
    form = StartForm(None, data={"facts": [fact.value for fact in found.facts]})
    return _page(found, "start", forms, form=form)


def _chapter(found: Practice, chapter: str, forms: Forms) -> str:
    items = found.scheme.in_chapter(chapter)
    told = {item.code: [forms[item.code][f"{asked.PREFIX}{each.code}"] for each in told_here(item)] for item in items}
    return _page(
        found,
        "chapter",
        forms,
        shown={*(_name(item.code) for item in items), *(field.name for fields in told.values() for field in fields)},
        forms=[forms[item.code] for item in items if item.code in forms],
        depends=has_conditions(found.scheme),
        row=found.neighbour(chapter, 0),
        place=[row.chapter.code for row in found.chapters].index(chapter) + 1,
        previous=found.neighbour(chapter, -1),
        next=found.neighbour(chapter, 1),
        cards=[(item, _field(found, item), told[item.code]) for item in items],
    )


def _field(found: Practice, item: Requirement) -> Field:
    """Return the field with the answer to a requirement."""
    language = current_language()
    form = QuestionForm(None, prefix=f"{item.code}-", data={"value": found.answers.get(item.code)})
    form.value.label.text = item.question.in_(language)
    answers = found.scheme.self_assessment_answers
    form.value.choices = options([(kind.code, kind.name.in_(language)) for kind in answers])
    return form.value


def _page(found: Practice, part: str, told: Forms, shown: Collection[str] = (), **more: object) -> str:
    """Return a page of the practice; what it does not show travels in hidden fields."""
    names = [*map(_name, found.answers), *(field.name for form in told.values() for field in form)]
    carried = {name: request.form.getlist(name) for name in names if name not in shown}
    facts = [] if part == "start" else [fact.value for fact in found.facts]
    return render_template(
        f"registry/practice_{part}.html", found=found, scheme=found.scheme, carried=carried | {"facts": facts}, **more
    )


def _nothing() -> ResponseReturnValue:
    return answer(404, _("No version of the norm is published yet."))
