"""Forms for inspectors: the population, the report, the check of a corrective action."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from audits.core.errors import N_
from audits.inspections.grading import Extent, Origin, Seen, may_be_incidental
from audits.inspections.models import SampledUnit
from audits.inspections.services import About
from audits.schemes.cycle import ListSource
from audits.schemes.text import Judgement, SchemeText, Unit
from portal.forms.fields import (
    UNREMARKED,
    NotRequired,
    checkbox_field,
    date_field,
    file_field,
    options,
    radios_field,
    select_field,
    text_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form
from portal.forms.lists import text_of
from portal.forms.widgets import TextareaWidget
from portal.language.i18n import current_language

_SHOWN = 200_000  # characters of an uploaded file that are shown again in the text box


class SampleForm(Form):
    """The list of a population: first to be looked at, then to be fixed."""

    is_long = False
    references = TextAreaField(
        _l("References, one on each line"),
        [NotRequired()],
        description=_l("Codes such as F-001. No names, citizen numbers or e-mail addresses."),
        widget=TextareaWidget(),  # no character counter: the limit is in lines
        render_kw={"component": {"rows": 12}},
    )
    file = file_field(
        _l("Or a file with the list"),
        hint=_l("Plain text (.txt), or .csv or .xlsx with the references in the first column and no header."),
        accept=".txt,.csv,.xlsx,text/plain,text/csv",
    )
    none = checkbox_field(_l("The agency has none of these"))
    source = select_field(_l("Where the list comes from"), [], required=_l("Say where the list comes from."))
    first_day = date_field(_l("First day of the period of the list"), required=UNREMARKED)
    last_day = date_field(_l("Last day of that period"), required=UNREMARKED)
    heading = checkbox_field(_l("The first line is a heading; leave it out"))
    difference = textarea_field(
        _l("Why the list differs from what the agency declared"),
        hint=_l("Staff read this. For example: half of the workers left in the year."),
        required=UNREMARKED,
        max_length=2000,
        rows=2,
    )

    def offer(self, scheme: SchemeText, kind: Unit) -> "SampleForm":
        """Offer the sources that the norm has for this kind of unit."""
        known = scheme.cycle.list_sources if scheme.cycle else {}
        listed = [(code, _source_in_words(known[code])) for code in kind.list_sources]
        self.source.choices = options([("", ""), *listed])
        if not listed:
            del self.source
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Require exactly one of the three ways to give a population."""
        holds = super().validate(extra_validators)
        ways = sum(bool(field.data) for field in (self.references, self.file, self.none))
        if ways != 1:
            sentence = _l("Paste the list, choose a file, or tick that there are none: one of the three.")
            self.references.errors = [*self.references.errors, sentence]
        return bool(holds) and ways == 1

    def lines(self) -> list[str]:
        """Return the list line by line, without empty lines at the end. RuleError if a file is no text."""
        text = text_of(self.file.data, _NO_LIST, _UNREADABLE) if self.file.data else self.references.data or ""
        self.is_long = len(text) > _SHOWN
        self.references.data = text  # an uploaded list is looked at before it is fixed
        return text.rstrip().splitlines()

    def about(self) -> About:
        """Return what is said about the list."""
        return About(
            source=self.source.data if self.source else None,
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            difference=self.difference.data or "",
        )

    def kept(self) -> list[str]:
        """Return the lines without the heading that was ticked."""
        lines = self.lines()
        return lines[1:] if self.heading.data else lines


def _source_in_words(source: ListSource) -> str:
    name = source.name.in_(current_language())
    return f"{name} ({_('independent of the agency')})" if source.independent else name


class ValueForm(Form):
    """The value that the agency gives for a draw, typed while its people look on."""

    value = text_field(
        _l("Value of the agency"),
        hint=_l("What somebody of the agency says, for example five throws of dice. Then nobody can steer the draw."),
        required=_l("Give a value."),
    )


class ReplaceForm(Form):
    """The next of the draw in place of a unit that cannot be judged."""

    reference = select_field(_l("Unit that cannot be judged"), [], required=_l("Choose a unit."))
    reason_code = select_field(_l("Reason"), [], required=_l("Choose a reason."))
    more = text_field(_l("More about it"), hint=_l("Staff read this. No names."))

    def offer(self, scheme: SchemeText, units: Sequence[SampledUnit]) -> "ReplaceForm":
        """Offer the drawn units that are not replaced yet, and the reasons of the norm."""
        replaced, language = {each.replaces for each in units}, current_language()
        left = [e.reference for e in units if e.origin is not Origin.TARGETED and e.reference not in replaced]
        reasons = scheme.cycle.replacement_reasons if scheme.cycle else {}
        self.reference.choices = options([("", ""), *((each, each) for each in left)])
        self.reason_code.choices = options([("", ""), *((code, text.in_(language)) for code, text in reasons.items())])
        return self


class ChooseForm(Form):
    """A unit that the inspector wants to see, beside the draw."""

    references = text_field(_l("Reference of the unit"), required=_l("Give the reference."), width=20)
    reason = textarea_field(
        _l("Why this one"),
        hint=_l("Staff read this, the agency does not."),
        required=_l("Say why you look at this one."),
        rows=2,
    )


class ReportForm(Form):
    summary = textarea_field(
        _l("Summary for the agency and the decider"),
        hint=_l("What you looked at, what stands out, and what the agency must know about the findings."),
        required=_l("Write a summary."),
        max_length=8000,
        rows=8,
    )
    final = checkbox_field(
        _l("The verdicts are final. The agency gets this report now."),
        required=_l("Confirm that the verdicts are final."),
    )


class JudgementForm(Form):
    """What the inspector says on a requirement as a whole."""

    extent = radios_field(
        _l("How far it reaches"),
        [
            (Extent.INCIDENTAL.value, _l("Incidental: a slip that stands alone")),
            (Extent.SYSTEMIC.value, _l("Systemic: the way of working lets it happen")),
        ],
        required=UNREMARKED,
    )
    extent_reason = textarea_field(
        _l("Why you judge it so"),
        hint=_l("The agency reads this too."),
        required=UNREMARKED,
        max_length=4000,
        rows=2,
    )
    agency_text = textarea_field(
        _l("Text for the agency"),
        hint=_l("What it must repair, without a word that leads to a person. It never sees your notes and references."),
        max_length=4000,
        rows=4,
    )
    version = version_field()

    def offer(self, judgement: Judgement | None, seen: Seen) -> None:
        """Ask how far it reaches only where the norm leaves that to the inspector."""
        if judgement is None or not seen.nonconforming or not may_be_incidental(judgement, seen):
            del self.extent, self.extent_reason


class CheckForm(Form):
    note = textarea_field(
        _l("What you checked and what you saw"),
        hint=_l("The agency reads this."),
        required=_l("Say how you checked it and what you saw."),
        rows=4,
    )


_UNREADABLE = N_("This file cannot be read as a table. Save the list as .txt.")
_NO_LIST = {
    "no text": N_("This file is not plain text. Save the list as .txt, .csv in UTF-8, or .xlsx."),
    "too large": N_("This workbook is too large. Save only the column with the list."),
}
