"""Form fields in the words of the house: every one says what to enter when it is required, or that it is not."""

# mypy: allow-subclassing-any

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import Field, Form
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from audits.core.errors import RuleError
from audits.core.typed import clean_email
from portal.forms import widgets
from portal.language.i18n import sentence

# A required field passes the sentence that is shown when it is left empty, or a RequiredWhere; None makes it optional.
Choices = Sequence[tuple[Any, Any]]
_PARTS = 3
_FIRST_YEAR = 1900


class Required:
    """Something must be filled in; spaces are nothing."""

    field_flags: Mapping[str, bool] = {"required": True}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, _: Form, field: Field) -> None:
        """Stop with our sentence only, whatever else was wrong with nothing."""
        if not _filled(field):
            field.errors = []
            raise StopValidation(self.message)


class RequiredWhere(Required):
    """Something must be filled in where `where` says so of the form; elsewhere it may be left empty, unsaid."""

    field_flags: Mapping[str, bool] = {}

    def __init__(self, message: Any, where: Callable[[Any], bool]) -> None:
        super().__init__(message)
        self.where = where

    def __call__(self, form: Form, field: Field) -> None:
        """Like Required or like NotRequired, as the rest of the form asks for it."""
        if self.where(form):
            super().__call__(form, field)
        elif not _filled(field):
            field.errors = []
            raise StopValidation


class NotRequired:
    """May be left empty; then no other rule applies."""

    field_flags = {"optional": True}

    def __call__(self, _: Form, field: Field) -> None:
        """Accept nothing."""
        if not _filled(field):
            field.errors = []
            raise StopValidation


class DateField(Field):
    """A day in three boxes. `data` is a date or None."""

    widget = widgets.DateWidget()

    def typed(self) -> list[str]:
        """Day, month and year as they were typed, or as stored."""
        if self.raw_data is not None:
            return ([str(part) for part in self.raw_data] + [""] * _PARTS)[:_PARTS]
        return [str(self.data.day), str(self.data.month), str(self.data.year)] if self.data else [""] * _PARTS

    def process_formdata(self, valuelist: list[str]) -> None:
        """Three numbers make a day; nothing at all makes None."""
        self.data = None
        if not any(part.strip() for part in valuelist):
            return
        try:
            day, month, year = (int(part) for part in valuelist)
            self.data = date(year, month, day)
        except ValueError:
            self.data = None
        if self.data is None or self.data.year < _FIRST_YEAR:
            raise ValueError(_("Enter a real date, like 27 3 2027."))


class WholeNumberField(wtforms.IntegerField):
    """A whole number, typed in an ordinary text box."""

    widget = widgets.TextWidget()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Accept surrounding spaces; say in plain words when it is no number."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = int(valuelist[0])
        except ValueError:
            raise ValueError(_("Enter a whole number, like 12.")) from None


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
    """One line. `width` is 2, 3, 4, 5, 10, 20 or 30 characters."""
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
    """An e-mail address; `data` is the address alone, whatever was pasted with it."""
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
    """A password; `new` tells the password manager to offer one."""
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
    """Several lines, with a counter once the room runs out."""
    component = {"rows": rows, "maxlength": max_length, "threshold": 75}
    return wtforms.TextAreaField(
        label,
        [_need(required), _at_most(max_length), *more.pop("rules", ())],
        filters=[_strip],
        description=hint,
        widget=widgets.CountedWidget(),
        render_kw=_kw(component),
        **more,
    )


def number_field(
    label: Any,
    *,
    required: Any = None,
    hint: Any = "",
    at_least: int = 0,
    at_most: int = 1_000_000,
    width: int = 5,
    **more: Any,
) -> Any:
    """A whole number within bounds."""
    bounds = NumberRange(at_least, at_most, message=_l("Enter a number from %(min)s to %(max)s."))
    component = {"classes": f"govuk-input--width-{width}", "inputmode": "numeric"}
    return WholeNumberField(
        label,
        [_need(required), bounds, *more.pop("rules", ())],
        description=hint,
        render_kw=_kw(component),
        **more,
    )


def date_field(label: Any, *, required: Any = None, hint: Any = "", **more: Any) -> Any:
    """A day in three boxes."""
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
    """One of a few; `choices` are pairs of value and words. `small` is for the desk."""
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
    """Any of a few; `data` is a list."""
    return wtforms.SelectMultipleField(
        label,
        [_need(required), *more.pop("rules", ())],
        choices=options(choices),
        description=hint,
        widget=widgets.CheckboxesWidget(),
        render_kw=_kw(_classes("checkboxes", inline=False, small=small)),
        **more,
    )


def checkbox_field(label: Any, *, required: Any = None, hint: Any = "", small: bool = False, **more: Any) -> Any:
    """A single tick; when required it must be set, as for a declaration. An optional one needs no remark."""
    rules = [Required(required)] if required else []
    return wtforms.BooleanField(
        label,
        rules,
        description=hint,
        widget=widgets.CheckboxWidget(),
        render_kw=_kw(_classes("checkboxes", inline=False, small=small)),
        **more,
    )


def select_field(label: Any, choices: Choices, *, required: Any = None, hint: Any = "", **more: Any) -> Any:
    """One of many; give an empty first choice where nothing may be chosen yet."""
    return wtforms.SelectField(
        label,
        [_need(required), *more.pop("rules", ())],
        choices=options(choices),
        description=hint,
        widget=widgets.SelectWidget(),
        **more,
    )


def file_field(
    label: Any, *, required: Any = None, hint: Any = "", accept: str = "", multiple: bool = False, **more: Any
) -> Any:
    """A file, or several. What is in it is judged elsewhere: the name and type that come with it prove nothing."""
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
    """The row version that the person saw; carried along unseen."""
    return wtforms.IntegerField(widget=HiddenInput())


def hidden_field(**more: Any) -> Any:
    """A value that is carried along unseen."""
    return wtforms.HiddenField(**more)


def options(choices: Choices) -> list[SelectChoice]:
    """Pairs of value and words as WTForms wants them; for choices that are only known per request."""
    return [SelectChoice(value, words) for value, words in choices]


def _bare_email(value: str | None) -> str | None:
    """The address alone; what is none stays, to be shown with the complaint."""
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
    # PostgreSQL keeps no NUL in text, and nobody types one.
    return value.replace("\0", "").strip() if value else value


def _classes(component: str, inline: bool, small: bool) -> dict[str, Any]:
    wanted = [f"govuk-{component}--{name}" for name, on in (("inline", inline), ("small", small)) if on]
    return {"classes": " ".join(wanted)} if wanted else {}


def _kw(component: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"component": component} | {name: value for name, value in attributes.items() if value is not None}


def _filled(field: Field) -> bool:
    if isinstance(field, wtforms.BooleanField):
        return bool(field.data)
    return any(part.strip() if isinstance(part, str) else part for part in field.raw_data or [])
