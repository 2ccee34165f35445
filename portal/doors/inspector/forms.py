"""Forms for inspectors: units of a sample, the report, the check of a corrective action."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from audits.inspections.grading import Extent, Origin, Seen, may_be_incidental
from audits.inspections.models import SampledUnit
from audits.schemes.text import Judgement, SchemeText
from portal.forms.fields import (
    UNREMARKED,
    checkbox_field,
    options,
    radios_field,
    select_field,
    text_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form
from portal.language.i18n import current_language


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
