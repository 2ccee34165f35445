"""GOV.UK components as WTForms widgets: they pass a field to the macro of its component.

Rules about required fields, hints and dates are here, the markup is in `templates/macros/fields.html`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from flask import current_app
from markupsafe import Markup
from wtforms import Field

from portal.language.i18n import translate as _

_PARTS = ("day", "month", "year")
_NONE: Mapping[str, Any] = {}


@dataclass(slots=True)
class Control:
    """The variables of a component's macro. `error` and `hint` may be empty; `choices` are value, words and chosen."""

    id: str
    label: Any
    name: str = ""  # defaults to the id
    heading: bool = False
    hint: Any = ""
    error: Any = ""
    classes: str = ""
    type: str = "text"
    value: Any = ""
    chosen: bool = False
    rows: int = 5
    info: str = ""
    choices: Iterable[tuple[Any, Any, Any]] = ()
    under: Mapping[Any, "Control"] = made(default_factory=dict)  # the field below each choice, for when it is chosen
    attributes: dict[str, Any] = made(default_factory=dict)
    fieldset: dict[str, Any] = made(default_factory=dict)
    group: dict[str, Any] = made(default_factory=dict)
    group_class: str = ""

    def __post_init__(self) -> None:
        """Default the name to the id."""
        self.name = self.name or self.id

    @property
    def described(self) -> dict[str, str]:
        """Return the `aria-describedby` attribute, for the input or for the fieldset around several."""
        notes = (("-info", self.info), ("-hint", self.hint), ("-error", self.error))
        ids = [self.id + end for end, note in notes if note]
        return {"aria-describedby": " ".join(ids)} if ids else {}


class Widget:
    """Renders a field with the macro of its component.

    Options when rendering: `heading=True` makes its label the h1 of the page, and `hint` overrides the hint.
    `component` is set where the field is defined; other keywords become attributes of the input.
    """

    macro: str
    input_type = ""  # WTForms reads it to find hidden fields

    def __call__(self, field: Field, **words: Any) -> Markup:
        """Render the field."""
        template = current_app.jinja_env.get_template("macros/fields.html")
        return Markup(getattr(template.module, self.macro)(self.control(field, **words)))  # noqa: S704  # it escapes

    def control(
        self, field: Field, *, component: Mapping[str, Any] = _NONE, heading: bool = False, hint: Any = "", **box: Any
    ) -> Control:
        """Build the variables of the macro."""
        label = str(field.label.text)
        control = Control(
            id=field.id,
            name=field.name,
            label=_("%(label)s (not required)", label=label) if field.flags.optional else label,
            heading=heading,
            hint=hint or str(field.description),
            error=field.errors[0] if field.errors else "",
            classes=component.get("classes", ""),
        )
        self.fill(control, field, component)
        control.attributes = _own(component) | box | control.attributes
        return control

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Add what only this component has. HTML validation attributes are left out: server messages are better."""
        if field.flags.required:
            control.attributes = {"aria-required": "true"}


class TextWidget(Widget):
    """A single-line text input."""

    macro = "text_input"
    input_type = "text"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the input type and the typed value."""
        super().fill(control, field, component)
        control.type, control.value = self.input_type, field._value()  # noqa: SLF001  # as every widget of WTForms


class EmailWidget(TextWidget):
    """A single-line input with the keyboard for e-mail addresses."""

    input_type = "email"


class PasswordWidget(Widget):
    """A password input that can be revealed; the typed value is never sent back."""

    macro = "password_input"
    input_type = "password"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the texts of the show button."""
        super().fill(control, field, component)
        control.group_class = "govuk-password-input"
        control.group = {
            "data-module": "govuk-password-input",
            "data-i18n.show-password": _("Show"),
            "data-i18n.hide-password": _("Hide"),
            "data-i18n.show-password-aria-label": _("Show password"),
            "data-i18n.hide-password-aria-label": _("Hide password"),
            "data-i18n.password-shown-announcement": _("Your password is visible"),
            "data-i18n.password-hidden-announcement": _("Your password is hidden"),
        }


class TextareaWidget(Widget):
    """A multi-line text input."""

    macro = "textarea"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the size and the typed value."""
        super().fill(control, field, component)
        control.rows, control.value = component.get("rows", 5), field._value()  # noqa: SLF001


class CountedWidget(TextareaWidget):
    """A multi-line text input with a character counter."""

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the texts of the counter."""
        super().fill(control, field, component)
        control.info = _("You can use up to %{count} characters").replace("%{count}", str(component["maxlength"]))
        control.classes = "govuk-js-character-count"
        control.group_class = "govuk-character-count"
        control.group = {
            "data-module": "govuk-character-count",
            "data-maxlength": component["maxlength"],
            "data-threshold": component["threshold"],
            "data-i18n.characters-under-limit.one": _("You have %{count} character left"),
            "data-i18n.characters-under-limit.other": _("You have %{count} characters left"),
            "data-i18n.characters-at-limit": _("You have 0 characters left"),
            "data-i18n.characters-over-limit.one": _("You have %{count} character too many"),
            "data-i18n.characters-over-limit.other": _("You have %{count} characters too many"),
        }


class SelectWidget(Widget):
    """A drop-down list."""

    macro = "select"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the choices."""
        super().fill(control, field, component)
        control.choices = _choices(field)


class FileWidget(Widget):
    """A file input, for one or several files."""

    macro = "file_upload"
    input_type = "file"
    multiple = False

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add whether several files may be chosen."""
        super().fill(control, field, component)
        if self.multiple:
            control.attributes = {"multiple": "multiple", **control.attributes}


class CheckboxesWidget(Widget):
    """A group of checkboxes."""

    macro = "checkboxes"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Add the choices."""
        control.choices = _choices(field)


class RadiosWidget(CheckboxesWidget):
    """A group of radio buttons."""

    macro = "radios"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Set `aria-required` on the group; a single radio button cannot have it."""
        super().fill(control, field, component)
        if field.flags.required:
            control.fieldset = {"role": "radiogroup", "aria-required": "true"}


class CheckboxWidget(Widget):
    """A single checkbox, which can be required; it has no "optional" remark."""

    macro = "checkbox"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add whether it is ticked."""
        super().fill(control, field, component)
        control.value, control.chosen = field._value(), bool(field.data)  # noqa: SLF001


class DateWidget(Widget):
    """Day, month and year in three boxes, shown again as typed."""

    macro = "date_input"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Fill the three boxes."""
        super().fill(control, field, component)
        control.choices = zip(_PARTS, (_("Day"), _("Month"), _("Year")), field.typed(), strict=True)


def _own(component: Mapping[str, Any]) -> dict[str, Any]:
    return {name: component[name] for name in ("autocomplete", "autocapitalize", "inputmode") if name in component}


def _choices(field: Field) -> list[tuple[Any, Any, bool]]:
    return [(value, words, bool(chosen)) for value, words, chosen, *_more in field.iter_choices()]
