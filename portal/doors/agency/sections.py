"""Forms of the profile, one per section."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from audits.agencies.countries import country_of
from audits.agencies.numbers import country_names, show_iban
from audits.agencies.rules import LARGEST_HEADCOUNT, LONGEST_LEGAL_NAME, AgencyDetails, ProfileSection
from audits.core.typed import LONGEST_PHONE
from audits.schemes.text import SchemeText
from audits.schemes.words import Text
from portal.doors.agency.address import city_field, postcode_field, street_field
from portal.forms.fields import (
    RequiredWhere,
    checkboxes_field,
    number_field,
    options,
    radios_field,
    text_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form
from portal.language.i18n import current_language

# The countries that most people at Dutch agencies come from; all others can be typed.
USUAL_COUNTRIES = (
    *("NL", "PL", "RO", "BG", "HU", "SK", "CZ", "LT", "LV", "EE", "HR", "SI"),
    *("UA", "DE", "BE", "ES", "PT", "IT", "GR"),
)


class SectionForm(Form):
    """Base of the forms of a section."""

    version = version_field()

    def offer(self, scheme: SchemeText) -> None:
        """Fill choices from the scheme."""

    def show(self, details: AgencyDetails) -> None:
        """Fill the fields with the stored values."""
        raise NotImplementedError

    def read(self, stored: AgencyDetails) -> AgencyDetails:
        """Return the stored profile with the values of this section as typed."""
        raise NotImplementedError


class SeatForm(SectionForm):
    legal_name = text_field(
        _l("Legal name"),
        hint=_l("As it stands in the trade register."),
        required=_l("Enter the legal name."),
        max_length=LONGEST_LEGAL_NAME,
        autocomplete="organization",
    )
    trade_names = textarea_field(
        _l("Trade names"), hint=_l("The names that clients and workers know you by. One per line."), rows=3
    )
    street = street_field()
    postcode = postcode_field()
    city = city_field()
    phone = text_field(
        _l("Telephone number"),
        required=_l("Enter the telephone number."),
        width=20,
        max_length=LONGEST_PHONE,
        autocomplete="tel",
    )
    website = text_field(_l("Website"), autocomplete="url")

    def show(self, details: AgencyDetails) -> None:
        for field in (self.legal_name, self.street, self.postcode, self.city, self.phone, self.website):
            field.data = getattr(details, field.name)
        self.trade_names.data = "\n".join(details.trade_names)

    def read(self, stored: AgencyDetails) -> AgencyDetails:
        return replace(
            stored,
            legal_name=self.legal_name.data,
            trade_names=tuple((self.trade_names.data or "").splitlines()),
            street=self.street.data,
            postcode=self.postcode.data,
            city=self.city.data,
            phone=self.phone.data,
            website=self.website.data,
        )


class ScopeForm(SectionForm):
    activities = checkboxes_field(
        _l("What does your agency do?"),
        [],
        hint=_l("The certificate holds for these activities. Choose all that apply."),
        required=_l("Choose at least one activity."),
    )
    sectors = checkboxes_field(
        _l("In which sectors do your workers work?"),
        [],
        hint=_l("Choose all that apply."),
        required=_l("Choose at least one sector."),
    )

    def offer(self, scheme: SchemeText) -> None:
        self.activities.choices = _words(scheme.activities)
        self.sectors.choices = _words(scheme.sectors)

    def show(self, details: AgencyDetails) -> None:
        self.activities.data, self.sectors.data = details.activities, details.sectors

    def read(self, stored: AgencyDetails) -> AgencyDetails:
        return replace(stored, activities=tuple(self.activities.data or ()), sectors=tuple(self.sectors.data or ()))


class WorkersForm(SectionForm):
    headcount = number_field(
        _l("Workers on an average day"),
        hint=_l("Everybody who works through your agency, in the last 12 months."),
        required=_l("Enter the number of workers."),
        at_least=1,
        at_most=LARGEST_HEADCOUNT,
        width=10,
    )
    own_housing = radios_field(
        _l("Does your agency offer housing to workers?"),
        [("yes", _l("Yes")), ("no", _l("No"))],
        hint=_l("Also when you rent it from others."),
        required=_l("Choose yes or no."),
    )
    housing_places = number_field(
        _l("Number of places to sleep"), hint=_l("Only if you offer housing."), at_most=LARGEST_HEADCOUNT
    )
    recruitment_countries = checkboxes_field(
        _l("In which countries do you recruit?"),
        [],
        hint=_l("Choose or enter at least one country."),
        required=RequiredWhere(
            _l("Choose or enter at least one country."), lambda form: not _lines(form.other_countries.data)
        ),
    )
    other_countries = textarea_field(
        _l("Other countries where you recruit"), hint=_l("One per line."), max_length=1000, rows=2
    )

    def offer(self, scheme: SchemeText) -> None:  # noqa: ARG002  # other sections need it
        names = country_names(current_language())
        self.recruitment_countries.choices = options([(code, names[code]) for code in USUAL_COUNTRIES])

    def show(self, details: AgencyDetails) -> None:
        self.headcount.data = details.headcount or None
        self.housing_places.data = details.housing_places or None
        self.recruitment_countries.data = [code for code in details.recruitment_countries if code in USUAL_COUNTRIES]
        names = country_names(current_language())
        others = [names[code] for code in details.recruitment_countries if code not in USUAL_COUNTRIES]
        self.other_countries.data = "\n".join(others)
        if details.headcount:  # leave the choice open on a first visit; show only an answer that was given
            self.own_housing.data = "yes" if details.own_housing else "no"

    def read(self, stored: AgencyDetails) -> AgencyDetails:
        housing = self.own_housing.data == "yes"
        return replace(
            stored,
            headcount=self.headcount.data,
            own_housing=housing,
            housing_places=(self.housing_places.data or 0) if housing else 0,
            recruitment_countries=(*(self.recruitment_countries.data or ()), *self._others()),
        )

    def validate_own_housing(self, field: Any) -> None:
        if field.data == "yes" and not self.housing_places.data and not self.housing_places.errors:
            raise ValidationError(_("Enter the number of places to sleep."))

    def validate_other_countries(self, field: Any) -> None:
        for name in _lines(field.data):
            if country_of(name) is None:
                raise ValidationError(_("We do not know the country %(name)s.", name=name))

    def _others(self) -> Iterable[str]:
        return filter(None, map(country_of, _lines(self.other_countries.data)))


class BankForm(SectionForm):
    iban = text_field(
        _l("Account number (IBAN)"),
        hint=_l("The account from which you pay wages."),
        required=_l("Enter the IBAN."),
        max_length=42,
        width=30,
        attributes={"spellcheck": "false"},
    )
    account_holder = text_field(
        _l("In the name of"), hint=_l("As it stands at the bank."), required=_l("Enter the name of the account.")
    )

    def show(self, details: AgencyDetails) -> None:
        self.iban.data, self.account_holder.data = show_iban(details.iban), details.account_holder

    def read(self, stored: AgencyDetails) -> AgencyDetails:
        return replace(stored, iban=self.iban.data, account_holder=self.account_holder.data)


FORMS: dict[ProfileSection, type[SectionForm]] = {
    ProfileSection.SEAT: SeatForm,
    ProfileSection.SCOPE: ScopeForm,
    ProfileSection.WORKERS: WorkersForm,
    ProfileSection.BANK: BankForm,
}


def _words(vocabulary: Mapping[str, Text]) -> Any:
    return options([(code, text.in_(current_language())) for code, text in vocabulary.items()])


def _lines(text: str | None) -> list[str]:
    """Return what stands on the lines of a text, and between its commas; no name of a country holds one."""
    return [line for line in (" ".join(line.split()) for line in re.split(r"[\r\n,;]+", text or "")) if line]
