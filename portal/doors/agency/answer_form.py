"""The form of one answer, alone on a page or among others, and how what was typed is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies.models import Agency
from audits.applications import queries, services
from audits.applications.asking import lacking
from audits.applications.models import Answer, Evidence, QuestionRemark
from audits.applications.rules import LONGEST_EXPLANATION, Shown, Typed, details_digest, digest_of, missing_part
from audits.core.errors import N_, IllegalMoveError, RuleError
from audits.core.typed import tidy
from audits.questions.conditions import Broken
from audits.questions.kinds import Kind, Question
from audits.questions.values import Value
from audits.schemes.text import Requirement, SchemeText
from portal.doors import pleading
from portal.doors.agency.door import Case, show_conflict
from portal.forms import asked, uploads
from portal.forms.fields import (
    UNREMARKED,
    checkboxes_field,
    false_alarm_field,
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

MOST_SHARED = 50  # files of other questions that a page offers
Chosen = tuple[str | None, uploads.Upload]
"""A file, and the typed question that asked for it."""


class AnswerForm(Form):
    """The answer to one requirement; the scheme words question and answers."""

    value = radios_field("", [], required=UNREMARKED)
    explanation = textarea_field(_l("Explanation"), max_length=LONGEST_EXPLANATION, rows=3)
    again = checkboxes_field(
        _l("Files of last time to use again"), [], hint=_l("Untick what no longer holds."), required=UNREMARKED
    )
    shared = checkboxes_field(
        _l("Files that you sent with other questions"),
        [],
        hint=_l("Tick those that prove this one too."),
        required=UNREMARKED,
    )
    files = file_field(_l("Add files"), accept=uploads.ACCEPT, multiple=True)
    false_alarm = false_alarm_field()
    version = version_field()
    shown = hidden_field()  # what stood in the fields, see `remember`

    details: Sequence[Question] = ()  # the typed questions that it asks beside the verdict
    values: Mapping[str, Value] = MappingProxyType({})  # what was typed there, after validation
    is_alarmed = False  # a file was refused that may hold personal numbers: ask whether that is wrong

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and read the values of the typed questions."""
        valid = super().validate(extra_validators)
        self.values = asked.values_in(self, self.details)
        return valid and not any(self[f"{asked.PREFIX}{each.code}"].errors for each in self.asked_fields)

    @property
    def asked_fields(self) -> list[Question]:
        """Return the typed questions that have a field."""
        return [each for each in self.details if f"{asked.PREFIX}{each.code}" in self]

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

    def offer_shared(self, files: Mapping[str, Sequence[Evidence]], code: str) -> None:
        """Offer the files beside other answers, the newest first, each once; none that proves this answer already."""
        here = {file.sha256 for file in files.get(code, ())}
        places: dict[str, list[str]] = {}
        newest: dict[str, Evidence] = {}
        for place, found in files.items():
            for file in found:
                places.setdefault(file.sha256, []).append(place)
                newest[file.sha256] = file
        offered = sorted(
            (file for file in newest.values() if file.sha256 not in here), key=lambda file: file.uploaded_at
        )
        if not offered:
            del self.shared
            return
        words = [(str(each.id), f"{each.filename} ({', '.join(places[each.sha256])})") for each in reversed(offered)]
        self.shared.choices = options(words[:MOST_SHARED])

    def remember(self, answer: Answer | None) -> None:
        """Note which answer the person gets to see, to tell afterwards what they changed.

        What is put back was typed beside an earlier one, which it still names.
        """
        if self.is_put_back:
            return
        self.version.raw_data, self.version.data = None, answer.version if answer else 0
        value, explanation, details = (answer.value, answer.explanation, answer.details) if answer else ("", "", {})
        self.shown.data = f"{value}:{digest_of(explanation)}:{details_digest(details)}"

    @property
    def typed(self) -> Typed:
        """Return what was sent."""
        seen = (self.shown.data or "").split(":")
        return Typed(
            value=self.value.data or "",
            explanation=tidy(self.explanation.data or ""),
            version=self.version.data,
            shown=Shown(*seen[:3]) if len(seen) > 1 else None,
            details=self.values if self.asked_fields else None,
            asked=frozenset(each.code for each in self.asked_fields),
        )

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was chosen or typed."""
        said = any(self[f"{asked.PREFIX}{each.code}"].data for each in self.asked_fields)
        chosen = any(file.filename for file in self.files.data or ())
        ticked = bool(self.shared and self.shared.data)
        return not (self.value.data or self.explanation.data or said or chosen or ticked)


def answer_form(requirement: Requirement, answer: Answer | None = None, **more: Any) -> AnswerForm:
    """Return the form of a requirement, with a field for each typed question that it asks."""
    if not requirement.details:
        return AnswerForm(obj=answer, **more)
    fields = {f"{asked.PREFIX}{each.code}": asked.field_for(each) for each in requirement.details}
    stored = answer.details if answer else {}
    shown = {
        f"{asked.PREFIX}{each.code}": asked.typed_of(each, stored.get(each.code))
        for each in requirement.details
        if each.kind is not Kind.FILE
    }
    kind = type("AnswerForm", (AnswerForm,), fields)
    form: AnswerForm = kind(obj=answer, **shown, **more)
    form.details = requirement.details
    return form


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
    broken: Sequence[Broken] = ()  # cross-checks that do not hold
    remark: QuestionRemark | None = None  # with which the office sent it back


def save(case: Case, forms: Mapping[str, AnswerForm], *, whole: bool = True) -> dict[str, Answer]:
    """Save what was typed and every file that is all right, and complain at the fields about the rest.

    With `whole` also about answers that are not whole yet, which are kept. Return the answers of colleagues that stand
    in the way.
    """
    valid = {code: form for code, form in forms.items() if form.validate()}
    chosen = {code: _sift(form, case.agency) for code, form in forms.items()}
    with database.write() as session:
        actor, application_id = current_actor(), case.application.id
        typed = {code: form.typed for code, form in valid.items()}
        kept, refused = services.save_answers(session, actor, application_id, typed)
        for code, form in forms.items():
            try:
                _add_files(session, application_id, code, form, chosen[code])
            except RuleError as error:
                form.complain(error)
        for code, form in valid.items():  # before the commit, after which every row would be read again
            reason = refused.get(code)
            if isinstance(reason, RuleError):
                form.complain(reason)
            elif reason is None:
                filed = _filed(session, case, code) if whole else ()
                _show_kept(case, code, form, kept.get(code), filed, whole=whole)
    return {code: kept[code] for code, reason in refused.items() if isinstance(reason, IllegalMoveError)}


def _add_files(session: Any, application_id: UUID, code: str, form: AnswerForm, chosen: Sequence[Chosen]) -> None:
    """Add the files of last time, of other questions, and those that were chosen."""
    actor = current_actor()
    if form.again:
        again = [UUID(each) for each in form.again.data or ()]
        services.take_over_files(session, actor, application_id, code, again)
    if form.shared:
        services.share_files(session, actor, application_id, code, [UUID(each) for each in form.shared.data or ()])
    for detail, upload in chosen:
        services.add_evidence(session, actor, application_id, code, upload.store(session), detail=detail)


def _filed(session: Any, case: Case, code: str) -> list[str]:
    """Return the typed questions of a requirement that have files."""
    if not any(each.kind is Kind.FILE for each in case.requirement(code).details):
        return []
    files = queries.evidence_of(session, case.application.id, code).get(code, ())
    return [file.detail for file in files if file.detail]


def conflict(form: AnswerForm, answer: Answer) -> list[str]:
    """Let the next submission overwrite this answer; return the fields that differ from what was typed.

    A field that the person did not touch shows what is stored.
    """
    typed = form.typed
    if typed.shown and typed.value == typed.shown.value:
        form.value.data = answer.value
    if typed.shown and digest_of(typed.explanation) == typed.shown.explanation:
        form.explanation.data = answer.explanation
    if typed.shown and details_digest(form.values) == typed.shown.details:
        asked.show(form, form.details, answer.details)
        form.values = answer.details
    show_conflict(form, IllegalMoveError(_CHANGED), answer.version)
    form.remember(answer)
    now = form.typed
    pairs: dict[str, tuple[Any, Any]] = {
        "value": (now.value, answer.value),
        "explanation": (now.explanation, answer.explanation),
        "details": (dict(form.values), answer.details if form.asked_fields else {}),
    }
    return [name for name, (ours, theirs) in pairs.items() if ours != theirs]


_CHANGED = N_("Somebody changed this in the meantime. Compare both, change what is needed, and save again.")


def _sift(form: AnswerForm, agency: Agency) -> list[Chosen]:
    """Return the chosen files that are all right, and complain about the others."""
    asking = [each.code for each in form.asked_fields if each.kind is Kind.FILE]
    chosen: list[Chosen] = []
    for detail in (None, *asking):
        name = f"{asked.PREFIX}{detail}" if detail else "files"
        good, refusals = pleading.sift(form, form[name].data or (), agency)
        chosen += [(detail, upload) for upload in good]
        for refusal in refusals:
            refusal.field = name
            form.complain(refusal)
    return chosen


def _show_kept(
    case: Case, code: str, form: AnswerForm, kept: Answer | None, filed: Sequence[str], *, whole: bool
) -> None:
    """Show what is stored, also of a colleague; with `whole` complain about an answer that is not whole yet."""
    was_empty = form.is_empty
    form.value.data, form.explanation.data = (kept.value, kept.explanation) if kept else ("", "")
    asked.show(form, form.details, kept.details if kept else {})
    if not whole or was_empty:
        return
    lacks = missing_part(case.around(code), form.value.data, explained=bool(form.explanation.data))
    if lacks:
        form.complain(lacks)
    said = {**(kept.details if kept else {}), **dict.fromkeys(filed)}
    for each in lacking(case.requirement(code).details, said):
        form.complain(RuleError("Answer this question too.", f"{asked.PREFIX}{each.code}"))
