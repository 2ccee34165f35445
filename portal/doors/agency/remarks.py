"""The questions that came back with a remark of the office: which are dealt with, until when, and the replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import queries, services
from audits.applications.models import Application, QuestionRemark
from audits.applications.rules import LONGEST_EXPLANATION, unsettled
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.deadlines.queries import last_day
from audits.deadlines.rules import DeadlineKind
from portal.doors.agency.door import Case, bp, open_draft
from portal.forms.fields import UNREMARKED, textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/applications/<uuid:application_id>/remarks"
_FIELD = "reply_"  # before the code of the question


@dataclass(frozen=True, slots=True)
class CameBack:
    """What the office asks of a draft that it sent back: remarks by requirement code, and the codes still open."""

    remarks: Mapping[str, QuestionRemark]
    left: frozenset[str]
    due_on: date | None

    @property
    def done(self) -> int:
        """Return how many questions are dealt with."""
        return len(self.remarks) - len(self.left)


def came_back(application: Application) -> CameBack | None:
    """Return what came back with a draft; None for one that was never sent, which costs no statement."""
    if not application.is_draft or application.submitted_at is None:
        return None
    session = database.read()
    remarks = queries.remarks_sent(session, application)
    sent = [each.sent_at for each in remarks.values() if each.sent_at]
    touched = queries.touched_since(session, application.id, min(sent)) if sent else frozenset()
    left = frozenset(unsettled(list(remarks.values()), touched))
    return CameBack(remarks, left, last_day(session, DeadlineKind.RETURNED, application.id))


@bp.get(_PATH)
@needs(Permission.APPLICATION_EDIT)
def remarks(application_id: UUID) -> ResponseReturnValue:
    """Show each question that came back: the remark, how the answer stands now, and the reply."""
    case, back = _open(application_id)
    return _page(case, back, _form(back, stored=True))


@bp.post(_PATH)
@needs(Permission.APPLICATION_EDIT)
def replied(application_id: UUID) -> ResponseReturnValue:
    """Keep the replies."""
    case, back = _open(application_id)
    form = _form(back)
    if form.validate_on_submit():
        replies = {code: form[f"{_FIELD}{code}"].data or "" for code in back.remarks}
        try:
            with database.write() as session:
                services.reply_to_remarks(session, current_actor(), application_id, replies)
        except RuleError as error:
            error.field = f"{_FIELD}{error.field}"
            form.complain(error)
        else:
            flash(_("Your replies are saved. The office reads them once you send the application again."), "success")
            return redirect(url_for("agency.application", application_id=application_id), 303)
    return _page(case, back, form), 422


def _open(application_id: UUID) -> tuple[Case, CameBack]:
    case = open_draft(application_id)
    back = came_back(case.application)
    if back is None or not back.remarks:
        abort(404)
    return case, back


def _form(back: CameBack, *, stored: bool = False) -> Form:
    """Return a form with one reply for each remark."""
    fields = {
        f"{_FIELD}{code}": textarea_field(
            _l("Your reply"),
            hint=_l("What you changed, or why your answer stays as it is."),
            required=UNREMARKED,
            max_length=LONGEST_EXPLANATION,
            rows=2,
        )
        for code in back.remarks
    }
    values = {f"{_FIELD}{code}": each.reply for code, each in back.remarks.items()} if stored else {}
    form: Form = type("ReplyForm", (Form,), fields)(**values)
    return form


def _page(case: Case, back: CameBack, form: Form) -> str:
    application, session = case.application, database.read()
    return render_template(
        "agency/remarks.html",
        application=application,
        whole=case.whole,
        asked={item.code for item in case.scheme.requirements},
        answers=queries.answers_of(session, application.id, list(back.remarks)),
        back=back,
        fields={code: form[f"{_FIELD}{code}"] for code in back.remarks},
        form=form,
    )
