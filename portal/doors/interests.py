"""The fields of an interest in an agency, which staff declare themselves and the office records of others."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audits.people.rules import InterestKind
from portal.forms.fields import UNREMARKED, date_field, options, radios_field, text_field, textarea_field
from portal.forms.form import Form
from portal.language.labels import label


class InterestForm(Form):
    """Which agency, what ties somebody to it, and from when until when."""

    agency = text_field(
        _l("Trade register number of the agency"),
        hint=_l("For a Dutch agency this is the KvK number, 8 digits."),
        required=_l("Enter the trade register number."),
        max_length=40,
        width=20,
    )
    kind = radios_field(_l("Kind of tie"), [], required=_l("Choose a kind of tie."))
    nature = textarea_field(
        _l("What is the tie?"),
        hint=_l("For example: worked there, family, friends, shares, paid advice."),
        required=_l("Describe the tie."),
        max_length=1000,
        rows=3,
    )
    since = date_field(_l("From"), hint=_l("Leave this empty if you do not know it."), required=UNREMARKED)
    until = date_field(_l("Until"), hint=_l("Leave this empty as long as the tie goes on."), required=UNREMARKED)

    def offer(self, *, correcting: bool = False) -> None:
        """Offer the kinds of interests; a correction may also say that there is none."""
        kinds = [each for each in InterestKind if correcting or each is not InterestKind.NONE]
        self.kind.choices = options([(each.value, label(each)) for each in kinds])

    def said(self) -> dict[str, Any]:
        """Return what the services take of an interest."""
        return {
            "nature": self.nature.data,
            "kind": InterestKind(self.kind.data),
            "since": self.since.data,
            "until": self.until.data,
        }
