"""The field for the grounds of a decision, each with what the letter says under it."""

from collections.abc import Mapping
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from audits.core.typed import tidy
from portal.forms.fields import UNREMARKED, checkboxes_field
from portal.forms.widgets import CheckboxesWidget, Control

LONGEST = 2000


class GroundsWidget(CheckboxesWidget):
    """Checkboxes with a text below each, which shows once it is ticked."""

    def fill(self, control: Control, field: Any, component: Mapping[str, Any]) -> None:
        """Add the choices and their texts."""
        super().fill(control, field, component)
        label = _("%(label)s (not required)", label=_("What the letter says about this"))
        control.under = {
            code: Control(id=f"{field.id}-{code}", label=label, value=field.texts.get(code, ""), rows=3)
            for code, *_more in control.choices
        }


class GroundsField(wtforms.SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """Grounds that are offered as `choices`; `data` is what the letter says under each that is ticked, by code."""

    data: dict[str, str] | None
    texts: Mapping[str, str] = {}

    def process(self, formdata: Any, *args: Any, **more: Any) -> None:
        """Read the codes, and the text of each."""
        start = f"{self.name}-"
        sent = [name for name in formdata or () if name.startswith(start)]
        self.texts = {name.removeprefix(start): tidy(formdata[name]) for name in sent}
        super().process(formdata, *args, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Pair each ticked ground with its text."""
        self.data = {code: self.texts.get(code, "") for code in valuelist}

    def pre_validate(self, form: Any) -> None:
        """Refuse a text that is too long, and one under a ground that nobody ticked: it would be lost."""
        super().pre_validate(form)
        if any(len(text) > LONGEST for text in self.texts.values()):
            raise ValidationError(_("Use at most %(max)d characters.", max=LONGEST))
        if any(text for code, text in self.texts.items() if code not in (self.data or ())):
            raise ValidationError(_("Tick the ground that you wrote about, or remove what you wrote."))


def grounds_field(**more: Any) -> Any:
    """Build the field; a form offers its choices once it knows the decision."""
    more |= {"kind": GroundsField, "widget": GroundsWidget(), "validate_choice": False}
    return checkboxes_field(_l("Grounds"), [], required=UNREMARKED, **more)
