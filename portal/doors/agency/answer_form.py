"""The form of one answer, alone on a page or among others, and how what was typed is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import queries, services
from audits.applications.models import Answer, Evidence
from audits.applications.rules import LONGEST_EXPLANATION, Shown, Typed, digest_of, missing_part, tidy
from audits.core.errors import N_, IllegalMoveError, RuleError
from audits.schemes.text import Requirement, SchemeText
from portal.doors.agency.door import Case, show_conflict
from portal.forms import uploads
from portal.forms.fields import (
    UNREMARKED,
    checkboxes_field,
    file_field,
    hidden_field,
    options,
    radios_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor


class AnswerForm(Form):
    """The answer to one requirement; the scheme words question and answers."""

    value = radios_field("", [], required=UNREMARKED)
    explanation = textarea_field(_l("Explanation"), max_length=LONGEST_EXPLANATION, rows=3)
    again = checkboxes_field(
        _l("Files of last time to use again"), [], hint=_l("Untick what no longer holds."), required=UNREMARKED
    )
    files = file_field(_l("Add files"), accept=uploads.ACCEPT, multiple=True)
    version = version_field()
    shown = hidden_field()  # what stood in the fields, see `shown_as`

    def ask(self, scheme: SchemeText, code: str) -> None:
        """Set labels and choices from the scheme."""
        language = current_language()
        self.value.label.text = scheme.requirement(code).question.in_(language)
        self.value.choices = options([(kind.code, kind.name.in_(language)) for kind in scheme.self_assessment_answers])
        explain = [kind.name.in_(language) for kind in scheme.self_assessment_answers if kind.needs_explanation]
        self.explanation.description = _("Needed with: %(answers)s.", answers="; ".join(explain))

    def offer_files(self, files: Sequence[Evidence]) -> None:
        """Offer the files of the earlier answer; at first all are ticked."""
        self.again.choices = options([(str(file.id), file.filename) for file in files])
        if not files:
            del self.again

    def remember(self, answer: Answer | None) -> None:
        """Note which answer the person gets to see, to tell afterwards what they changed.

        What is put back was typed beside an earlier one, which it still names.
        """
        if self.is_put_back:
            return
        self.version.raw_data, self.version.data = None, answer.version if answer else 0
        self.shown.data = f"{answer.value}:{digest_of(answer.explanation)}" if answer else f":{digest_of('')}"

    @property
    def typed(self) -> Typed:
        """Return what was sent."""
        value, _colon, explanation = (self.shown.data or "").partition(":")
        return Typed(
            value=self.value.data or "",
            explanation=tidy(self.explanation.data or ""),
            version=self.version.data,
            shown=Shown(value, explanation) if self.shown.data else None,
        )

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was chosen or typed."""
        return not (self.value.data or self.explanation.data or any(file.filename for file in self.files.data or ()))


@dataclass
class Card:
    """One question on a page: its form and files, the answer of last time, and what a colleague stored meanwhile."""

    requirement: Requirement
    form: AnswerForm
    answer: Answer | None = None
    files: Sequence[Evidence] = ()
    before: Answer | None = None
    stored: Answer | None = None
    differs: Sequence[str] = ()  # the fields that a colleague changed otherwise


def save(case: Case, forms: Mapping[str, AnswerForm], *, whole: bool = True) -> dict[str, Answer]:
    """Save what was typed and every file that is all right, and complain at the fields about the rest.

    With `whole` also about answers that are not whole yet, which are kept. Return the answers of colleagues that stand
    in the way.
    """
    valid = {code: form for code, form in forms.items() if form.validate()}
    own = [case.agency.iban] if case.agency.iban else []
    chosen = {code: _sift(form, own) for code, form in forms.items()}
    with database.write() as session:
        actor, application_id = current_actor(), case.application.id
        typed = {code: form.typed for code, form in valid.items()}
        refused = services.save_answers(session, actor, application_id, typed)
        for code, form in forms.items():
            try:
                if form.again:
                    again = [UUID(each) for each in form.again.data or ()]
                    services.take_over_files(session, actor, application_id, code, again)
                for upload in chosen[code]:
                    services.add_evidence(session, actor, application_id, code, upload.store(session))
            except RuleError as error:
                form.complain(error)
        kept = queries.answers_of(session, application_id, list(valid))
    for code, form in valid.items():
        reason = refused.get(code)
        if isinstance(reason, RuleError):
            form.complain(reason)
        elif reason is None:
            _show_kept(case.scheme, form, kept.get(code), whole=whole)
    return {code: kept[code] for code, reason in refused.items() if isinstance(reason, IllegalMoveError)}


def conflict(form: AnswerForm, answer: Answer) -> list[str]:
    """Let the next submission overwrite this answer; return the fields that differ from what was typed.

    A field that the person did not touch shows what is stored.
    """
    typed = form.typed
    if typed.shown and typed.value == typed.shown.value:
        form.value.data = answer.value
    if typed.shown and digest_of(typed.explanation) == typed.shown.explanation:
        form.explanation.data = answer.explanation
    show_conflict(form, IllegalMoveError(_CHANGED), answer.version)
    form.remember(answer)
    now = form.typed
    pairs = {"value": (now.value, answer.value), "explanation": (now.explanation, answer.explanation)}
    return [name for name, (ours, theirs) in pairs.items() if ours != theirs]


_CHANGED = N_("Somebody changed this in the meantime. Compare both, change what is needed, and save again.")


def _sift(form: AnswerForm, own: Sequence[str]) -> list[uploads.Upload]:
    """Return the chosen files that are all right, and complain about the others."""
    good, refusals = uploads.sift(form.files.data or (), own)
    for refusal in refusals:
        form.complain(refusal)
    return good


def _show_kept(scheme: SchemeText, form: AnswerForm, kept: Answer | None, *, whole: bool) -> None:
    """Show what is stored, also of a colleague; with `whole` complain about an answer that is not whole yet."""
    was_empty = form.is_empty
    form.value.data, form.explanation.data = (kept.value, kept.explanation) if kept else ("", "")
    if whole and not was_empty:
        lacks = missing_part(scheme, form.value.data, explained=bool(form.explanation.data))
        if lacks:
            form.complain(lacks)
