"""Forms about conditions: naming them in a decision, and judging their proof."""

# mypy: allow-subclassing-any

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form

from audits.conditions.rules import ConditionOwner
from portal.forms.fields import UNREMARKED, date_field, options, select_field, textarea_field
from portal.language.labels import label


class ConditionForm(Form):
    """One condition in the form of a decision; empty ones are left out."""

    text = textarea_field(_l("Condition"), hint=_l("The register shows these words."), required=UNREMARKED, rows=2)
    due_on = date_field(_l("To be met by"), hint=_l("If empty: the last day of the certificate."), required=UNREMARKED)
    owner = select_field(
        _l("Who sees to it?"), lambda: [(each.value, label(each)) for each in ConditionOwner], required=UNREMARKED
    )
    about = select_field(_l("About which requirement?"), [("", "–")], required=UNREMARKED, validate_choice=False)

    def offer(self, requirements: Sequence[tuple[str, str]]) -> None:
        """Offer the requirements that it can be about."""
        self.about.choices = options([("", "–"), *requirements])

    def said(self) -> dict[str, Any]:
        """Return what the service takes."""
        due_on = self.due_on.data.isoformat() if self.due_on.data else None
        return {
            "text": self.text.data or "",
            "due_on": due_on,
            "owner": self.owner.data or ConditionOwner.AGENCY.value,
            "about": self.about.data or None,
        }
