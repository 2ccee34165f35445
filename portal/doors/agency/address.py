"""Form fields for an address in any country."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audits.agencies.numbers import country_names, needs_postcode
from portal.forms.fields import Choices, RequiredWhere, select_field, text_field
from portal.language.i18n import current_language


def country_field() -> Any:
    """Build a list of countries in the reader's language, the Netherlands first."""
    return select_field(_l("Country"), _countries, required=_l("Choose a country."), default="NL")


def street_field() -> Any:
    """Build the field for street and house number."""
    required = _l("Enter the street and house number.")
    return text_field(_l("Street and house number"), required=required, autocomplete="address-line1")


def postcode_field() -> Any:
    """Build the field for the postcode, which is required unless the form asks for a country that has none."""
    required = RequiredWhere(_l("Enter the postcode."), _has_postcodes)
    return text_field(_l("Postcode"), required=required, width=10, max_length=20, autocomplete="postal-code")


def city_field() -> Any:
    """Build the field for the town or city."""
    return text_field(_l("Town or city"), required=_l("Enter the town or city."), autocomplete="address-level2")


def _has_postcodes(form: Any) -> bool:
    # Forms without a country field are about a stored seat; the domain validates its postcode.
    return "country" in form and needs_postcode(form["country"].data)


def _countries() -> Choices:
    names = country_names(current_language())
    return [("NL", names["NL"]), *((code, name) for code, name in names.items() if code != "NL")]
