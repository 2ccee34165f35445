"""Form fields with our messages: a required field has its own message, an optional one is marked as such."""

# mypy: allow-subclassing-any

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import wtforms
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import Field, Form
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from audits.core.errors import RuleError
from audits.core.typed import clean_email, is_blank
from audits.questions.numbers import read_day, read_number
from portal.forms import widgets
from portal.language.i18n import sentence

# `required` is the message for an empty field, or a RequiredWhere; None makes the field optional.
Choices = Sequence[tuple[Any, Any]]
_PARTS = 3
_FIRST_YEAR = 1900


class Required:
    """Requires a value other than spaces."""

    field_flags: Mapping[str, bool] = {"required": True}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, _: Form, field: Field) -> None:
        """Stop validation with this message only, not with those of other validators."""
        if not _filled(field):
            field.errors = []
            raise StopValidation(self.message)


class RequiredWhere(Required):
    """Requires a value if `where` is true for the form; else the field is optional, without the remark."""

    field_flags: Mapping[str, bool] = {}

    def __init__(self, message: Any, where: Callable[[Any], bool]) -> None:
        super().__init__(message)
        self.where = where

    def __call__(self, form: Form, field: Field) -> None:
        """Validate as Required or as NotRequired, depending on the form."""
        if self.where(form):
            super().__call__(form, field)
        elif not _filled(field):
            field.errors = []
            raise StopValidation


UNREMARKED = RequiredWhere("", lambda _: False)
"""For a field that is optional, and need not say so."""


class NotRequired:
    """Allows an empty value; then no other validator runs."""

    field_flags = {"optional": True}

    def __call__(self, _: Form, field: Field) -> None:
        """Stop validation of an empty value."""
        if not _filled(field):
            field.errors = []
            raise StopValidation


class DateField(Field):
    """A date in three boxes. `data` is a date or None."""

    widget = widgets.DateWidget()

    def typed(self) -> list[str]:
        """Return day, month and year as typed, or as stored."""
        if self.raw_data is not None:
            return ([str(part) for part in self.raw_data] + [""] * _PARTS)[:_PARTS]
        return [str(self.data.day), str(self.data.month), str(self.data.year)] if self.data else [""] * _PARTS

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse a date, its month as a number or in words, or pasted whole into one box; three empty boxes are None."""
        self.data = None
        if not any(part.strip() for part in valuelist):
            return
        with suppress(RuleError):
            self.data = read_day(" ".join(valuelist))
        if self.data is None or self.data.year < _FIRST_YEAR:
            raise ValueError(_("Enter a real date, like 27 3 2027."))


class NumberField(wtforms.IntegerField):
    """A number in a text box, as people write it: 1200, 1.200 or 1 200, with `decimals` also 33,3 and 33.3.

    `data` is an int, or with `decimals` a Decimal.
    """

    widget = widgets.TextWidget()

    def __init__(self, *args: Any, decimals: int = 0, **more: Any) -> None:
        super().__init__(*args, **more)
        self.decimals = decimals

    def _value(self) -> str:
        """Return what was typed, or what is stored in the notation of the reader."""
        if self.decimals and not self.raw_data and self.data is not None:
            return str(format_decimal(self.data))
        return str(super()._value())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse a number; error in plain words otherwise."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            number = read_number(valuelist[0], self.decimals)
        except RuleError as error:
            raise ValueError(sentence(error)) from None
        self.data = number if self.decimals else int(number)


def text_field(
    label: Any,
    *,
    required: Any = None,
    hint: Any = "",
    max_length: int = 200,
    width: int | None = None,
    autocomplete: str | None = None,
    rules: Iterable[Callable[..., Any]] = (),
    filters: Iterable[Callable[..., Any]] = (),
    **more: Any,
) -> Any:
    """Build a single-line field. `width` is 2, 3, 4, 5, 10, 20 or 30 characters."""
    component = {"classes": f"govuk-input--width-{width}"} if width else {}
    return wtforms.StringField(
        label,
        [_need(required), _at_most(max_length), *rules],
        filters=[_strip, *filters],
        description=hint,
        widget=more.pop("widget", widgets.TextWidget()),
        render_kw=_kw(component, autocomplete=autocomplete, **more.pop("attributes", {})),
        **more,
    )


def email_field(label: Any, *, required: Any = None, hint: Any = "", autocomplete: str = "email", **more: Any) -> Any:
    """Build a field for an e-mail address; `data` is the address alone, without pasted decoration."""
    return text_field(
        label,
        required=required,
        hint=hint,
        autocomplete=autocomplete,
        rules=[_is_email],
        filters=[_bare_email],
        widget=widgets.EmailWidget(),
        attributes={"spellcheck": "false"},
        **more,
    )


def password_field(label: Any, *, required: Any, hint: Any = "", new: bool = False, **more: Any) -> Any:
    """Build a password field; `new` tells password managers to suggest one."""
    component = {"autocomplete": "new-password" if new else "current-password", "autocapitalize": "none"}
    return wtforms.PasswordField(
        label,
        [Required(required), *more.pop("rules", ())],
        description=hint,
        widget=widgets.PasswordWidget(),
        render_kw=_kw(component),
        **more,
    )


def textarea_field(
    label: Any, *, required: Any = None, hint: Any = "", max_length: int = 4000, rows: int = 5, **more: Any
) -> Any:
    """Build a multi-line field, with a counter near its limit."""
    component = {"rows": rows, "maxlength": max_length, "threshold": 75}
    widget = more.pop("widget", widgets.CountedWidget())
    return wtforms.TextAreaField(
        label,
        [_need(required), _at_most(max_length), *more.pop("rules", ())],
        filters=[_one_line_end, _strip],
        description=hint,
        widget=widget,
        render_kw=_kw(component, **more.pop("attributes", {})),
        **more,
    )


def false_alarm_field() -> Any:
    """Build the field for why a file that was refused for personal numbers holds none; see `uploads.PersonalError`."""
    return textarea_field(
        _l("Is this a false alarm? Say what these numbers are, and choose the file once more"),
        hint=_l("We and the inspector read your reason beside the file."),
        max_length=500,
        rows=2,
        required=UNREMARKED,
    )


def number_field(
    label: Any,
    *,
    required: Any = None,
    hint: Any = "",
    at_least: int = 0,
    at_most: int = 1_000_000,
    decimals: int = 0,
    width: int = 5,
    **more: Any,
) -> Any:
    """Build a field for a number within bounds, an integer unless it may have decimals."""
    bounds = NumberRange(at_least, at_most, message=_l("Enter a number from %(min)s to %(max)s."))
    component = {"classes": f"govuk-input--width-{width}", "inputmode": "decimal" if decimals else "numeric"}
    return NumberField(
        label,
        [_need(required), bounds, *more.pop("rules", ())],
        decimals=decimals,
        description=hint,
        render_kw=_kw(component),
        **more,
    )


def date_field(label: Any, *, required: Any = None, hint: Any = "", **more: Any) -> Any:
    """Build a date field."""
    return DateField(label, [_need(required), *more.pop("rules", ())], description=hint, **more)


def radios_field(
    label: Any,
    choices: Choices,
    *,
    required: Any = None,
    hint: Any = "",
    inline: bool = False,
    small: bool = False,
    **more: Any,
) -> Any:
    """Build radio buttons; `choices` are pairs of value and words. `small` is for the audit desk."""
    return wtforms.RadioField(
        label,
        [_need(required), *more.pop("rules", ())],
        choices=options(choices),
        description=hint,
        widget=widgets.RadiosWidget(),
        render_kw=_kw(_classes("radios", inline, small)),
        **more,
    )


def checkboxes_field(
    label: Any, choices: Choices, *, required: Any = None, hint: Any = "", small: bool = False, **more: Any
) -> Any:
    """Build checkboxes; `data` is a list."""
    return more.pop("kind", wtforms.SelectMultipleField)(
        label,
        [_need(required), *more.pop("rules", ())],
        choices=options(choices),
        description=hint,
        widget=more.pop("widget", None) or widgets.CheckboxesWidget(),
        render_kw=_kw(_classes("checkboxes", inline=False, small=small)),
        **more,
    )


def checkbox_field(label: Any, *, required: Any = None, hint: Any = "", small: bool = False, **more: Any) -> Any:
    """Build a single checkbox; if required it must be ticked, as for a declaration. No "optional" remark."""
    rules = [Required(required)] if required else []
    return wtforms.BooleanField(
        label,
        rules,
        description=hint,
        widget=widgets.CheckboxWidget(),
        render_kw=_kw(_classes("checkboxes", inline=False, small=small)),
        **more,
    )


def select_field(
    label: Any, choices: Choices | Callable[[], Choices], *, required: Any = None, hint: Any = "", **more: Any
) -> Any:
    """Build a drop-down list; give an empty first choice if nothing is preselected.

    `choices` may be a function, which is called for every form: for names in the reader's language.
    """
    return wtforms.SelectField(
        label,
        [_need(required), *more.pop("rules", ())],
        choices=(lambda: options(choices())) if callable(choices) else options(choices),
        description=hint,
        widget=widgets.SelectWidget(),
        **more,
    )


def file_field(
    label: Any, *, required: Any = None, hint: Any = "", accept: str = "", multiple: bool = False, **more: Any
) -> Any:
    """Build a file field. `forms.uploads` validates the content; names and types from browsers prove nothing."""
    widget = widgets.FileWidget()
    widget.multiple = multiple
    return (MultipleFileField if multiple else FileField)(
        label,
        [_need(required), *more.pop("rules", ())],
        description=hint,
        widget=widget,
        render_kw=_kw({}, accept=accept or None),
        **more,
    )


def version_field() -> Any:
    """Build a hidden field with the row version that the person saw."""
    return wtforms.IntegerField(widget=HiddenInput())


def hidden_field(**more: Any) -> Any:
    """Build a hidden field."""
    return wtforms.HiddenField(**more)


def options(choices: Choices) -> list[SelectChoice]:
    """Convert pairs of value and words to WTForms choices, when they are only known per request."""
    return [SelectChoice(value, words) for value, words in choices]


def _bare_email(value: str | None) -> str | None:
    """Return the address alone; an invalid value is kept, to be shown with the error."""
    with suppress(RuleError):
        return clean_email(value or "")
    return value


def _is_email(_: Form, field: Field) -> None:
    try:
        clean_email(field.data or "")
    except RuleError as wrong:
        raise ValidationError(sentence(wrong)) from wrong


def _need(required: Any) -> Required | NotRequired:
    if isinstance(required, Required):
        return required
    return Required(required) if required else NotRequired()


def _at_most(length: int) -> Length:
    return Length(max=length, message=_l("Use at most %(max)d characters."))


def _strip(value: str | None) -> str | None:
    """Leave out space around a text. One of signs alone that nobody sees says nothing, so it is empty."""
    return ("" if is_blank(value) else value.strip()) if value else value


def _one_line_end(value: str | None) -> str | None:
    """Make one character of each line end: browsers count it as one, and send two."""
    return value.replace("\r\n", "\n") if value else value


def _classes(component: str, inline: bool, small: bool) -> dict[str, Any]:
    wanted = [f"govuk-{component}--{name}" for name, on in (("inline", inline), ("small", small)) if on]
    return {"classes": " ".join(wanted)} if wanted else {}


def _kw(component: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"component": component} | {name: value for name, value in attributes.items() if value is not None}


def _filled(field: Field) -> bool:
    if isinstance(field, wtforms.BooleanField):
        return bool(field.data)
    return any(not is_blank(part) if isinstance(part, str) else part for part in field.raw_data or [])
