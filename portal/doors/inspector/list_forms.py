"""Forms for the list of a population: how it is given, and which column holds what."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from audits.inspections.models import ListOffer
from audits.inspections.services import About
from audits.inspections.tables import HEADING_WITHIN, REFERENCE, Columns, Table, letters, of_text, text_of
from audits.inspections.wording import STRATA
from audits.schemes.cycle import ListSource
from audits.schemes.strata import Stratum
from audits.schemes.text import SchemeText, Unit
from portal.forms.fields import (
    UNREMARKED,
    NotRequired,
    checkbox_field,
    date_field,
    file_field,
    options,
    select_field,
    textarea_field,
)
from portal.forms.form import Form
from portal.forms.lists import LIST_FILES, LIST_HINT, table_of
from portal.forms.widgets import TextareaWidget
from portal.language.i18n import current_language

_WORDS = 40  # characters of a cell in a choice


class SampleForm(Form):
    """The list of a population, to be looked at before it is fixed."""

    references = TextAreaField(
        _l("References, one on each line"),
        [NotRequired()],
        description=_l("Codes such as F-001. No names, citizen numbers or e-mail addresses."),
        widget=TextareaWidget(),  # no character counter: the limit is in lines
        render_kw={"component": {"rows": 12}},
    )
    file = file_field(_l("Or a file with the list"), hint=LIST_HINT, accept=LIST_FILES)
    none = checkbox_field(_l("The agency has none of these"))
    source = select_field(_l("Where the list comes from"), [], required=_l("Say where the list comes from."))
    first_day = date_field(_l("First day of the period of the list"), required=UNREMARKED)
    last_day = date_field(_l("Last day of that period"), required=UNREMARKED)

    def offer(self, scheme: SchemeText, kind: Unit) -> "SampleForm":
        """Offer the sources that the norm has for this kind of unit."""
        _offer_sources(self, scheme, kind)
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Require exactly one of the three ways to give a population."""
        holds = super().validate(extra_validators)
        ways = sum(bool(field.data) for field in (self.references, self.file, self.none))
        if ways != 1:
            sentence = _l("Paste the list, choose a file, or tick that there are none: one of the three.")
            self.references.errors = [*self.references.errors, sentence]
        return bool(holds) and ways == 1

    def table(self) -> Table:
        """Return the list as a table. RuleError for a file that cannot be read."""
        return table_of(self.file.data) if self.file.data else of_text(self.references.data or "")

    def about(self) -> About:
        """Return what is said about the list."""
        return About(
            source=self.source.data if self.source else None,
            first_day=self.first_day.data,
            last_day=self.last_day.data,
        )


class ColumnsForm(Form):
    """Which column holds what, and what is said about the list before it is fixed; `of` adds a field per column."""

    heading = select_field(_l("Heading"), [], required=UNREMARKED)
    pad = checkbox_field(_l("Put zeros in front, so that all have the same length"))
    source = select_field(_l("Where the list comes from"), [], required=_l("Say where the list comes from."))
    first_day = date_field(_l("First day of the period of the list"), required=UNREMARKED)
    last_day = date_field(_l("Last day of that period"), required=UNREMARKED)
    difference = textarea_field(
        _l("Why the list differs"),
        hint=_l("Staff read this. For example: half of the workers left in the year."),
        required=UNREMARKED,
        max_length=2000,
        rows=2,
    )

    @classmethod
    def of(cls, scheme: SchemeText, kind: Unit, offer: ListOffer, table: Table, proposed: Columns) -> "ColumnsForm":
        """Return the form for this list; what was proposed is chosen."""
        fields = {
            _column(name): select_field(
                words, [], required=_("Choose the column.") if name == REFERENCE else UNREMARKED
            )
            for name, words in column_words().items()
            if table.rows and (name == REFERENCE or table.width > 1)
        }
        chosen = {_column(name): str(place) for name, place in proposed.places.items()}
        about = {"source": offer.source, "first_day": offer.first_day, "last_day": offer.last_day}
        form: ColumnsForm = type("ColumnsFormOfList", (cls,), fields)(
            data=chosen | about | {"heading": str(proposed.heading)}
        )
        rows = [(str(place), _row_in_words(row)) for place, row in enumerate(table.rows[:HEADING_WITHIN], start=1)]
        form.heading.choices = options([("0", _("There is none")), *rows])
        columns = _columns_in_words(table, proposed)
        for name in fields:
            form[name].choices = options(([] if name == _column(REFERENCE) else [("", "–")]) + columns)
        _offer_sources(form, scheme, kind)
        return form

    @property
    def column_fields(self) -> list[Any]:
        """Return the fields that say which column holds what."""
        return [self[name] for name in map(_column, (REFERENCE, *Stratum)) if name in self]

    def columns(self) -> Columns:
        """Return what was chosen; a choice that was never offered counts as none."""
        places = {
            name: int(self[_column(name)].data)
            for name in (REFERENCE, *map(str, Stratum))
            if _column(name) in self and _is_offered(self[_column(name)])
        }
        return Columns({REFERENCE: 0, **places}, int(self.heading.data) if _is_offered(self.heading) else 0)

    def about(self) -> About:
        """Return what is said about the list."""
        return About(
            source=self.source.data if self.source else None,
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            difference=self.difference.data or "",
        )


def column_words() -> dict[str, str]:
    """Return what a column of a list can hold, in words."""
    return {REFERENCE: _("Reference"), **{each.value: _(words) for each, words in STRATA.items()}}


def _is_offered(field: Any) -> bool:
    return bool(field.data) and any(field.data == each.value for each in field.choices)


def _column(name: str) -> str:
    return f"column_{name}"


def _columns_in_words(table: Table, proposed: Columns) -> list[tuple[str, str]]:
    heading = table.rows[proposed.heading - 1][1] if proposed.heading else []
    words = [text_of(heading[place]) if place < len(heading) else "" for place in range(max(table.width, 1))]
    return [
        (str(place), f"{letters(place)}: {each}"[:_WORDS] if each else letters(place))
        for place, each in enumerate(words)
    ]


def _row_in_words(row: Sequence[Any]) -> str:
    number, cells = row
    words = ", ".join(map(text_of, cells))[:_WORDS]
    return str(_("Row %(number)d: %(words)s", number=number, words=words))


def _offer_sources(form: Any, scheme: SchemeText, kind: Unit) -> None:
    known = scheme.cycle.list_sources if scheme.cycle else {}
    listed = [(code, _source_in_words(known[code])) for code in kind.list_sources]
    form.source.choices = options([("", ""), *listed])
    if not listed:
        del form.source


def _source_in_words(source: ListSource) -> str:
    name = source.name.in_(current_language())
    return f"{name} ({_('independent of the agency')})" if source.independent else name
