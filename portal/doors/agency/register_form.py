"""The form of name and address with what the trade register says filled in, each such field marked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies.rules import AgencyDetails, clean_details
from audits.core.errors import RuleError
from portal.doors.agency.sections import SeatForm
from portal.forms.fields import checkbox_field, hidden_field
from portal.language.dates import date_text
from portal.stores.trade_register import FIELDS, Extract


class RegisterSeatForm(SeatForm):
    """Name and address as the trade register has them; they count once somebody confirms and saves them."""

    from_register = hidden_field()  # the fields that were filled in
    register_day = hidden_field()  # ISO 8601
    confirmed = checkbox_field(
        _l("I compared what comes from the trade register with what I know, and it is right"),
        required=_l("Confirm what comes from the trade register. Is it wrong? Change it here first."),
    )

    def fill(self, proposed: Mapping[str, Any], on: date) -> None:
        """Put what is proposed into the fields."""
        for name, value in proposed.items():
            self[name].data = _typed(value)
        self.from_register.data, self.register_day.data = " ".join(proposed), on.isoformat()

    def mark(self, stored: AgencyDetails) -> None:
        """Say at each field that was filled in where that comes from, of which day, and what stood there before."""
        try:
            day = date_text(date.fromisoformat(self.register_day.data or ""))
        except ValueError:
            return
        for name in (self.from_register.data or "").split():
            if name in FIELDS:
                before = _typed(getattr(stored, name)).replace("\n", ", ")
                words = _("From the trade register, %(day)s. You had: %(before)s.", day=day, before=before or "–")
                self[name].description = words


def proposals(extract: Extract, stored: AgencyDetails) -> dict[str, Any]:
    """Return what the register says otherwise than a profile, by field; trade names are added to those that we have."""
    given = extract.given()
    if "trade_names" in given:
        known = {name.casefold() for name in (stored.legal_name, *stored.trade_names)}
        more = tuple(name for name in given["trade_names"] if name.casefold() not in known)
        given["trade_names"] = (*stored.trade_names, *more)
    cleaned = {name: _clean(stored, name, value) for name, value in given.items()}
    return {name: value for name, value in cleaned.items() if value != getattr(stored, name)}


def is_from_register() -> bool:
    """Return whether a form was sent in which fields were filled in from the register."""
    return "from_register" in request.form


def _clean(stored: AgencyDetails, name: str, value: Any) -> Any:
    """Return a value as it would be stored; as it is, if a rule refuses it: saving it says why."""
    try:
        return getattr(clean_details(replace(stored, **{name: value}), stored), name)
    except RuleError:
        return value


def _typed(value: Any) -> str:
    return "\n".join(value) if isinstance(value, tuple | list) else value
