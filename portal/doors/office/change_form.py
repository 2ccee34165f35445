"""The form of a decision about a certificate."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l

from audits.agencies.rules import StatedScope
from audits.core import clock
from audits.schemes.cycle import Ground
from audits.schemes.text import SchemeText
from portal.doors.office.forms import ground_in_words
from portal.forms.fields import (
    UNREMARKED,
    checkbox_field,
    checkboxes_field,
    date_field,
    hidden_field,
    options,
    textarea_field,
)
from portal.forms.form import Form
from portal.forms.grounds import grounds_field
from portal.language.dates import date_text
from portal.language.scopes import item_in_words


class ChangeForm(Form):
    """Grounds and reasons of a decision about a certificate, from which day, and of which part."""

    basis = hidden_field()
    heard = textarea_field(
        _l("What the agency said when it was heard"),
        hint=_l("Write it down too if it said nothing. The letter repeats it."),
        required=UNREMARKED,
        rows=4,
    )
    grounds = grounds_field(hint=_l("The public register shows these words."))
    excepted = checkboxes_field(
        _l("Only a part of it"),
        [],
        hint=_l("Tick what is suspended; the rest counts. Tick nothing to suspend all of it."),
        small=True,
        required=UNREMARKED,
        validate_choice=False,
    )
    reasons = textarea_field(
        _l("Reasons"),
        hint=_l("The agency reads these in the decision letter. They are not public."),
        required=_l("Give the reasons for the decision."),
        rows=5,
    )
    effective_on = date_field(
        _l("From which day?"), hint=_l("Leave this empty to decide from today."), required=UNREMARKED
    )
    at_once = checkbox_field(
        _l("At once, provisionally: I decide alone, the agency is heard, and a second decider confirms or ends it")
    )

    def offer(
        self,
        grounds: Sequence[Ground],
        shown: str,
        *,
        at_once: bool = False,
        heard: bool = False,
        latest: date | None = None,
        earliest: date | None = None,
    ) -> None:
        """Offer the grounds that the scheme has for this kind of decision, and note what the page shows.

        `at_once` lets one decider suspend provisionally, `heard` asks what the agency said of such a suspension;
        `latest` is the last day from which the decision may count, if not today, and `earliest` the first if the norm
        lets an appeal hold it back.
        """
        if latest is None:
            del self.effective_on
        else:
            self.effective_on.description = _first_day(earliest, latest)
        if not at_once:
            del self.at_once
        if not self.excepted.choices and not self.is_submitted():
            del self.excepted
        if not heard:
            del self.heard
        self.basis.data = shown
        self.grounds.choices = options([(ground.code, ground_in_words(ground)) for ground in grounds])
        if not grounds:
            del self.grounds

    def offer_parts(self, scope: StatedScope, scheme: SchemeText) -> None:
        """Offer each item of the scope of a certificate that can be suspended by itself."""
        self.excepted.choices = options([(item, item_in_words(item, scope, scheme)) for item in scope.items()])


def _first_day(earliest: date | None, latest: date) -> object:
    if earliest is None or earliest <= clock.today():
        return _l("Leave this empty to decide from today. At the latest %(day)s.", day=date_text(latest))
    days = {"first": date_text(earliest), "day": date_text(latest)}
    return _l("Leave this empty to decide from %(first)s, after the term to appeal. At the latest %(day)s.", **days)
