"""The forms on a draft of a report: the agency comments on each finding, the inspector answers each comment."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from audits.core.errors import RuleError
from audits.inspections.drafts import WHOLE, ReportDraft
from portal.forms.fields import UNREMARKED, textarea_field
from portal.forms.form import Form

_PREFIX = "on_"


class OnDraft(Form):
    """A text for the draft as a whole and for each of some findings; `of` builds it."""

    @classmethod
    def of(cls, labels: Iterable[tuple[str, Any]], *, required: Any = UNREMARKED) -> "OnDraft":
        """Return the form with a field for each number, which has this label."""
        fields = {f"{_PREFIX}{number}": textarea_field(label, required=required, rows=3) for number, label in labels}
        form: OnDraft = type("OnDraftOfCase", (cls,), fields)()
        return form

    def texts(self) -> Mapping[str, str]:
        """Return what was typed, by number."""
        return {name.removeprefix(_PREFIX): said or "" for name, said in self.data.items() if name.startswith(_PREFIX)}

    def complain(self, error: RuleError) -> None:
        """Show an error at the field of its number."""
        error.field = f"{_PREFIX}{error.field}" if error.field else None
        super().complain(error)


def comment_form(draft: ReportDraft) -> OnDraft:
    """Return the form for an agency."""
    return OnDraft.of([(WHOLE, _l("On the report as a whole")), *draft.titles.items()])


def answer_form(draft: ReportDraft) -> OnDraft:
    """Return the form for the inspector, with a field for each comment."""
    titles = {WHOLE: _l("Your answer on the report as a whole"), **draft.titles}
    return OnDraft.of(
        [(number, titles[number]) for number in sorted(draft.comments or {}, key=int)],
        required=_l("Say what you did with this comment."),
    )
