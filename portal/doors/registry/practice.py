"""Practice of the self-assessment, for anybody: the answers travel in the form itself, and nothing of them is kept."""

# mypy: allow-subclassing-any

from collections.abc import Collection

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from audits.core import clock
from audits.decisions.practice import Practice, practise
from audits.schemes.text import Fact, Requirement, SchemeText
from certificates.register.schemes import current_scheme
from portal.doors.registry.forms import OpenForm
from portal.doors.registry.throttle import share_throttle, visitor_waits
from portal.forms.fields import UNREMARKED, checkboxes_field, options, radios_field
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer

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
    return _start(practise(scheme, (), {})) if scheme else _nothing()


@public
def practised() -> ResponseReturnValue:
    """Show the page that a button asks for, with everything that was answered so far in its form."""
    request.max_content_length = LONGEST_BODY
    if wait := visitor_waits("practice"):
        return answer(429, _("You have opened many pages in a short time."), retry_after=wait)
    scheme = current_scheme(database.read(), clock.today())
    if scheme is None:
        return _nothing()
    found, to = _sent(scheme), request.form.get("to", "")
    if to == RESULT:
        return _page(found, "result")
    return _chapter(found, to) if to in {row.chapter.code for row in found.chapters} else _start(found)


def _sent(scheme: SchemeText) -> Practice:
    """Return what stands in the form that was sent."""
    typed = {item.code: request.form.get(_name(item.code), "") for item in scheme.requirements}
    return practise(scheme, request.form.getlist("facts"), typed)


def _name(code: str) -> str:
    """Return the name of the field with the answer to a requirement."""
    return f"{code}-value"


def _start(found: Practice) -> str:
    form = StartForm(None, data={"facts": [fact.value for fact in found.facts]})
    return _page(found, "start", form=form)


def _chapter(found: Practice, chapter: str) -> str:
    asked = found.scheme.in_chapter(chapter)
    return _page(
        found,
        "chapter",
        shown={item.code for item in asked},
        row=found.neighbour(chapter, 0),
        place=[row.chapter.code for row in found.chapters].index(chapter) + 1,
        previous=found.neighbour(chapter, -1),
        next=found.neighbour(chapter, 1),
        cards=[(item, _field(found, item)) for item in asked],
    )


def _field(found: Practice, item: Requirement) -> Field:
    """Return the field with the answer to a requirement."""
    language = current_language()
    form = QuestionForm(None, prefix=f"{item.code}-", data={"value": found.answers.get(item.code)})
    form.value.label.text = item.question.in_(language)
    answers = found.scheme.self_assessment_answers
    form.value.choices = options([(kind.code, kind.name.in_(language)) for kind in answers])
    return form.value


def _page(found: Practice, part: str, shown: Collection[str] = (), **more: object) -> str:
    """Return a page of the practice; what it does not show travels in hidden fields."""
    carried = {_name(code): value for code, value in found.answers.items() if code not in shown}
    facts = [] if part == "start" else [fact.value for fact in found.facts]
    return render_template(
        f"registry/practice_{part}.html", found=found, scheme=found.scheme, carried=carried | {"facts": facts}, **more
    )


def _nothing() -> ResponseReturnValue:
    return answer(404, _("No version of the norm is published yet."))
