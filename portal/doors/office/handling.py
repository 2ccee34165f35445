"""Forms to take up and answer a complaint or a signal, used by the pages of both."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.complaints.models import Handling
from audits.complaints.rules import LONGEST_ANSWER, Told, Verdict
from audits.complaints.services import answer, take_up
from audits.core.errors import RuleError
from portal.forms.fields import checkbox_field, radios_field, textarea_field
from portal.forms.form import Form
from portal.language.labels import label
from portal.stores import database
from portal.web.access import current_actor


class TakeUpForm(Form):
    """Whether somebody has no part in it."""

    untied = checkbox_field(
        _l("I have no part in what this is about, and no interest in it"),
        required=_l("Only somebody who has no part in it takes it up."),
    )


class AnswerForm(Form):
    """What became of it."""

    verdict = radios_field(_l("What became of it?"), [], required=_l("Choose what became of it."))
    words = textarea_field(
        _l("Answer"),
        hint=_l("The sender reads this, or you tell it. Name nobody."),
        required=_l("Write the answer."),
        max_length=LONGEST_ANSWER,
        rows=6,
    )

    def offer(self) -> None:
        """Offer the verdicts."""
        self.verdict.choices = [(each.value, label(each)) for each in Verdict]


class Forms(NamedTuple):
    """The forms of one page, filled in or empty."""

    taking: TakeUpForm
    answering: AnswerForm


def empty() -> Forms:
    """Return the forms of a page that is opened."""
    forms = Forms(TakeUpForm(formdata=None), AnswerForm(formdata=None))
    forms.answering.offer()
    return forms


def taken(told: Told, subject_id: UUID, here: str, page: Callable[[Forms], str]) -> ResponseReturnValue:
    """Take it up; `page` shows the page again when that is refused."""
    form = TakeUpForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                take_up(session, current_actor(), told, subject_id, untied=form.untied.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("You handle this."), "success")
            return redirect(here, 303)
    return page(Forms(form, empty().answering)), 422


def answered(told: Told, subject_id: UUID, here: str, page: Callable[[Forms], str]) -> ResponseReturnValue:
    """Answer it; `page` shows the page again when that is refused."""
    form = AnswerForm()
    form.offer()
    if form.validate_on_submit():
        verdict = Verdict(form.verdict.data)
        try:
            with database.write() as session:
                answer(session, current_actor(), told, subject_id, verdict=verdict, words=form.words.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Answered. It stays as it is."), "success")
            return redirect(here, 303)
    return page(Forms(empty().taking, form)), 422


def is_mine(handling: Handling | None) -> bool:
    """Return whether the signed-in person handles it, and has not answered yet."""
    return handling is not None and handling.answered_at is None and handling.handler_id == current_actor().id
