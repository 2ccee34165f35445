"""GOV.UK components as WTForms widgets, with the rules of this house about required, hints and dates."""

# mypy: allow-subclassing-any

from copy import deepcopy
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from govuk_frontend_wtf import wtforms_widgets as borrowed
from govuk_frontend_wtf.gov_form_base import GovFormBase
from govuk_frontend_wtf.main import merger
from markupsafe import Markup
from wtforms import Field

_PARTS = ("day", "month", "year")


class _House:
    """Finishes what the borrowed widget worked out.

    Rendering a field takes two words of ours: `heading=True` makes its label the h1 of the page, and `params` passes
    options of the component through (`items` is merged one by one).
    """

    component: tuple[str, str]

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """Translate a field into the options of its component."""
        heading = kwargs.pop("heading", False)
        own, extra = deepcopy(kwargs.pop("component", {})), deepcopy(kwargs.pop("params", {}))
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)  # type: ignore[misc]
        for more in (own, extra):
            for item, addition in zip(params.get("items", []), more.pop("items", []), strict=False):
                merger.merge(item, addition)
            merger.merge(params, more)
        _label(params, field, heading)
        _require(params, field)
        if "errorMessage" in params:
            params["errorMessage"]["visuallyHiddenText"] = _("Error")  # the component says it in English
        if not field.description and not extra.get("hint"):
            params.pop("hint", None)
        return params

    def render(self, params: dict[str, Any]) -> Markup:
        """Write the component's markup."""
        folder, macro = self.component
        template = current_app.jinja_env.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html")
        return Markup(getattr(template.module, macro)(params))  # noqa: S704  # the macro escapes


class TextWidget(_House, borrowed.GovTextInput):
    """One line of text."""

    component = ("input", "govukInput")


class EmailWidget(TextWidget):
    """One line for an e-mail address, with the keyboard that fits."""

    input_type = "email"


class PasswordWidget(_House, borrowed.GovPasswordInput):
    """A password that its owner may look at."""

    component = ("password-input", "govukPasswordInput")

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """Add the words of the show button."""
        params = super().map_gov_params(field, **kwargs)
        params["value"] = ""
        return params | {
            "showPasswordText": _("Show"),
            "hidePasswordText": _("Hide"),
            "showPasswordAriaLabelText": _("Show password"),
            "hidePasswordAriaLabelText": _("Hide password"),
            "passwordShownAnnouncementText": _("Your password is visible"),
            "passwordHiddenAnnouncementText": _("Your password is hidden"),
        }


class TextareaWidget(_House, borrowed.GovTextArea):
    """Several lines of text."""

    component = ("textarea", "govukTextarea")


class CountedWidget(_House, borrowed.GovCharacterCount):
    """Several lines of text with the room that is left."""

    component = ("character-count", "govukCharacterCount")

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """Add the words of the counter."""
        return super().map_gov_params(field, **kwargs) | {
            "textareaDescriptionText": _("You can use up to %{count} characters"),
            "charactersUnderLimitText": {
                "one": _("You have %{count} character left"),
                "other": _("You have %{count} characters left"),
            },
            "charactersAtLimitText": _("You have 0 characters left"),
            "charactersOverLimitText": {
                "one": _("You have %{count} character too many"),
                "other": _("You have %{count} characters too many"),
            },
        }


class SelectWidget(_House, borrowed.GovSelect):
    """A drop-down list."""

    component = ("select", "govukSelect")


class RadiosWidget(_House, borrowed.GovRadioInput):
    """One of a few."""

    component = ("radios", "govukRadios")

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """A group of radios says itself that one is needed; a single radio cannot."""
        params = super().map_gov_params(field, **kwargs)
        if field.flags.required:
            params["fieldset"]["attributes"] = {"role": "radiogroup", "aria-required": "true"}
        return params


class CheckboxesWidget(_House, borrowed.GovCheckboxesInput):
    """Any of a few."""

    component = ("checkboxes", "govukCheckboxes")


class CheckboxWidget(_House, borrowed.GovCheckboxInput):
    """Yes or not yes."""

    component = ("checkboxes", "govukCheckboxes")

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """A lone checkbox can say that it is required."""
        params = super().map_gov_params(field, **kwargs)
        if field.flags.required:
            params["items"][0]["attributes"] = {"aria-required": "true"}
        return params


class FileWidget(_House, borrowed.GovFileInput):
    """A file from the person's own machine."""

    component = ("file-upload", "govukFileUpload")


class DateWidget(_House, GovFormBase):
    """Day, month and year as three boxes, shown again exactly as typed."""

    component = ("date-input", "govukDateInput")

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        """Render the field."""
        kwargs.setdefault("id", field.id)
        return super().__call__(field, **kwargs)  # type: ignore[no-any-return]

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        """Fill the three boxes."""
        params = super().map_gov_params(field, **kwargs)
        error = " govuk-input--error" if field.errors else ""
        labels = (_("Day"), _("Month"), _("Year"))
        required = {"aria-required": "true"} if field.flags.required else {}
        params["items"] = [
            {
                "label": label,
                "id": f"{field.id}-{part}",
                "name": field.name,
                "value": value,
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}{error}",
                "attributes": required,
            }
            for part, label, value in zip(_PARTS, labels, field.typed(), strict=True)
        ]
        return params


def _label(params: dict[str, Any], field: Field, heading: bool) -> None:
    # Radios, checkboxes and dates have a legend, the rest a label.
    text = str(field.label.text)
    if field.flags.optional:
        text = _("%(label)s (not required)", label=text)
    if isinstance(field.widget, CheckboxWidget):
        params["items"][0]["text"] = text
        return
    grouped = isinstance(field.widget, RadiosWidget | CheckboxesWidget | DateWidget)
    block = params.setdefault("fieldset", {}) if grouped else params
    title = block.setdefault("legend" if grouped else "label", {})
    title["text"] = text
    size = ("govuk-fieldset__legend--" if grouped else "govuk-label--") + ("l" if heading else "s")
    title.setdefault("classes", size)
    title["isPageHeading"] = heading


def _require(params: dict[str, Any], field: Field) -> None:
    # The browser must not stop people; the server explains better.
    attributes = params.get("attributes", {})
    if attributes.pop("required", None) or field.flags.required:
        attributes["aria-required"] = "true"
    if isinstance(field.widget, RadiosWidget | CheckboxesWidget | CheckboxWidget | DateWidget):
        attributes.pop("aria-required", None)
