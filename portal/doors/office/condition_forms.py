"""Forms about conditions: naming them in a decision, and judging their proof."""

# mypy: allow-subclassing-any

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form

from audits.conditions.rules import ConditionOwner
from portal.forms.fields import RequiredWhere, date_field, options, select_field, textarea_field
from portal.language.labels import label

_NEVER = RequiredWhere("", lambda _: False)  # optional, and need not say so


class ConditionForm(Form):
    """One condition in the form of a decision; empty ones are left out."""

    text = textarea_field(_l("Condition"), hint=_l("The register shows these words."), required=_NEVER, rows=2)
    due_on = date_field(_l("To be met by"), hint=_l("If empty: the last day of the certificate."), required=_NEVER)
    owner = select_field(
        _l("Who sees to it?"), lambda: [(each.value, label(each)) for each in ConditionOwner], required=_NEVER
    )
    about = select_field(_l("About which requirement?"), [("", "–")], required=_NEVER, validate_choice=False)

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
