"""GOV.UK components as WTForms widgets: what a field tells the macro of its component.

The rules of this house about required fields, hints and dates are here, the markup in `templates/macros/fields.html`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import Field

_PARTS = ("day", "month", "year")
_NONE: Mapping[str, Any] = {}


@dataclass(slots=True)
class Control:
    """What the macro of a component writes. `error` and `hint` may be empty, `choices` are value, words and chosen."""

    id: str
    label: Any
    name: str = ""  # the id, if none is given
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
    attributes: dict[str, Any] = made(default_factory=dict)
    fieldset: dict[str, Any] = made(default_factory=dict)
    group: dict[str, Any] = made(default_factory=dict)
    group_class: str = ""

    def __post_init__(self) -> None:
        """A box outside a form has one name for everything."""
        self.name = self.name or self.id

    @property
    def described(self) -> dict[str, str]:
        """The attribute that names the notes of this control, for the box or for the fieldset around several."""
        notes = (("-info", self.info), ("-hint", self.hint), ("-error", self.error))
        ids = [self.id + end for end, note in notes if note]
        return {"aria-describedby": " ".join(ids)} if ids else {}


class Widget:
    """Writes a field with the macro of its component.

    Rendering a field takes two words: `heading=True` makes its label the h1 of the page, and `hint` says what is only
    known at the page. `component` comes from the definition of the field, other words become attributes of the box.
    """

    macro: str
    input_type = ""  # asked for by those who look for hidden fields

    def __call__(self, field: Field, **words: Any) -> Markup:
        """Render the field."""
        template = current_app.jinja_env.get_template("macros/fields.html")
        return Markup(getattr(template.module, self.macro)(self.control(field, **words)))  # noqa: S704  # it escapes

    def control(
        self, field: Field, *, component: Mapping[str, Any] = _NONE, heading: bool = False, hint: Any = "", **box: Any
    ) -> Control:
        """What the macro writes."""
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
        """Add what is of this component alone. The browser must not stop people: the server explains better."""
        if field.flags.required:
            control.attributes = {"aria-required": "true"}


class TextWidget(Widget):
    """One line of text."""

    macro = "text_input"
    input_type = "text"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the kind of line, and what was typed."""
        super().fill(control, field, component)
        control.type, control.value = self.input_type, field._value()  # noqa: SLF001  # as every widget of WTForms


class EmailWidget(TextWidget):
    """One line for an e-mail address, with the keyboard that fits."""

    input_type = "email"


class PasswordWidget(Widget):
    """A password that its owner may look at; what was typed never comes back."""

    macro = "password_input"
    input_type = "password"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the words of the show button."""
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
    """Several lines of text."""

    macro = "textarea"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the size, and what was typed."""
        super().fill(control, field, component)
        control.rows, control.value = component.get("rows", 5), field._value()  # noqa: SLF001


class CountedWidget(TextareaWidget):
    """Several lines of text with the room that is left."""

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add the words of the counter."""
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
    """A file from the person's own machine, or several."""

    macro = "file_upload"
    input_type = "file"
    multiple = False

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Say whether several may be chosen."""
        super().fill(control, field, component)
        if self.multiple:
            control.attributes = {"multiple": "multiple", **control.attributes}


class CheckboxesWidget(Widget):
    """Any of a few."""

    macro = "checkboxes"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Add the choices."""
        control.choices = _choices(field)


class RadiosWidget(CheckboxesWidget):
    """One of a few."""

    macro = "radios"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """A group of radios says itself that one is needed; a single radio cannot."""
        super().fill(control, field, component)
        if field.flags.required:
            control.fieldset = {"role": "radiogroup", "aria-required": "true"}


class CheckboxWidget(Widget):
    """Yes or not yes. A lone checkbox can say that it is required, and needs no remark when it is not."""

    macro = "checkbox"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Add whether it is set."""
        super().fill(control, field, component)
        control.value, control.chosen = field._value(), bool(field.data)  # noqa: SLF001


class DateWidget(Widget):
    """Day, month and year as three boxes, shown again exactly as typed."""

    macro = "date_input"

    def fill(self, control: Control, field: Field, component: Mapping[str, Any]) -> None:
        """Fill the three boxes."""
        super().fill(control, field, component)
        control.choices = zip(_PARTS, (_("Day"), _("Month"), _("Year")), field.typed(), strict=True)


def _own(component: Mapping[str, Any]) -> dict[str, Any]:
    return {name: component[name] for name in ("autocomplete", "autocapitalize", "inputmode") if name in component}


def _choices(field: Field) -> list[tuple[Any, Any, bool]]:
    return [(value, words, bool(chosen)) for value, words, chosen, *_more in field.iter_choices()]
