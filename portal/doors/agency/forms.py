"""Forms for agencies: registration, profile, lists, answers, declaration."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from audits.agencies.numbers import country_codes, country_names, needs_postcode, show_iban
from audits.agencies.rules import (
    LARGEST_HEADCOUNT,
    AgencyDetails,
    BranchDetails,
    ContactDetails,
    ControllingPersonDetails,
)
from audits.agencies.trade_registers import LONGEST_TYPED
from audits.applications.rules import LONGEST_EXPLANATION
from audits.core.languages import LANGUAGES, NAMES
from audits.core.typed import LONGEST_PHONE
from audits.schemes.text import SchemeText
from audits.schemes.words import Text
from portal.forms import uploads
from portal.forms.fields import (
    RequiredWhere,
    checkbox_field,
    checkboxes_field,
    date_field,
    email_field,
    file_field,
    number_field,
    options,
    radios_field,
    select_field,
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
_STREET = _l("Enter the street and house number.")


def _country() -> Any:
    return select_field(_l("Country"), [], required=_l("Choose a country."), default="NL")


def _street() -> Any:
    return text_field(_l("Street and house number"), required=_STREET, autocomplete="address-line1")


def _postcode() -> Any:
    required = RequiredWhere(_l("Enter the postcode."), _has_postcodes)
    return text_field(_l("Postcode"), required=required, width=10, max_length=20, autocomplete="postal-code")


def _has_postcodes(form: Any) -> bool:
    # Forms without a country field are about a stored seat; the domain validates its postcode.
    return "country" in form and needs_postcode(form["country"].data)


def _city() -> Any:
    return text_field(_l("Town or city"), required=_l("Enter the town or city."), autocomplete="address-level2")


def offer_countries(field: Any) -> None:
    """Fill a list of countries in the reader's language, the Netherlands first."""
    names = country_names(current_language())
    field.choices = options([("NL", names["NL"]), *((code, name) for code, name in names.items() if code != "NL")])


class RegistrationForm(Form):
    legal_name = text_field(
        _l("Legal name"),
        hint=_l("As it stands in the trade register."),
        required=_l("Enter the legal name."),
        autocomplete="organization",
    )
    country = _country()
    register_number = text_field(
        _l("Number in the trade register"),
        hint=_l("In the Netherlands this is the KvK number, 8 digits."),
        required=_l("Enter the number in the trade register."),
        max_length=LONGEST_TYPED,
        width=20,
    )
    street = _street()
    postcode = _postcode()
    city = _city()
    owner_name = text_field(_l("Your name"), required=_l("Enter your name."), max_length=120, autocomplete="name")
    owner_email = email_field(
        _l("Your e-mail address"),
        hint=_l("We send you a link with which you choose a password."),
        required=_l("Enter your e-mail address."),
    )
    language = radios_field(
        _l("Language of pages and messages"), list(NAMES.items()), required=_l("Choose a language.")
    )

    def details(self) -> AgencyDetails:
        names = ("legal_name", "country", "register_number", "street", "postcode", "city")
        return AgencyDetails(**{name: self[name].data for name in names})


class PartForm(Form):
    """Base of the forms for one part of a profile; `values` are the AgencyDetails fields that it edits."""

    version = version_field()

    def offer(self, scheme: SchemeText) -> None:
        """Fill choices from the scheme."""

    def show(self, details: AgencyDetails) -> None:
        """Fill the fields with the stored values."""
        for name in self.values():
            self[name].data = getattr(details, name)

    def values(self) -> dict[str, Any]:
        return {name: field.data for name, field in self._fields.items() if name not in {"version", "csrf_token"}}


class SeatForm(PartForm):
    legal_name = text_field(
        _l("Legal name"),
        hint=_l("As it stands in the trade register."),
        required=_l("Enter the legal name."),
        autocomplete="organization",
    )
    trade_names = textarea_field(
        _l("Trade names"), hint=_l("The names that clients and workers know you by. One per line."), rows=3
    )
    street = _street()
    postcode = _postcode()
    city = _city()
    phone = text_field(
        _l("Telephone number"),
        required=_l("Enter the telephone number."),
        width=20,
        max_length=LONGEST_PHONE,
        autocomplete="tel",
    )
    website = text_field(_l("Website"), autocomplete="url")

    def show(self, details: AgencyDetails) -> None:
        super().show(details)
        self.trade_names.data = "\n".join(details.trade_names)

    def values(self) -> dict[str, Any]:
        return super().values() | {"trade_names": tuple((self.trade_names.data or "").splitlines())}


class ScopeForm(PartForm):
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

    def values(self) -> dict[str, Any]:
        return {"activities": tuple(self.activities.data or ()), "sectors": tuple(self.sectors.data or ())}


class WorkersForm(PartForm):
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
        _l("In which countries do you recruit?"), [], hint=_l("Choose or enter at least one country.")
    )
    other_countries = textarea_field(
        _l("Other countries where you recruit"), hint=_l("One per line."), max_length=1000, rows=2
    )

    def offer(self, scheme: SchemeText) -> None:  # noqa: ARG002  # other parts need it
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

    def values(self) -> dict[str, Any]:
        housing = self.own_housing.data == "yes"
        return {
            "headcount": self.headcount.data,
            "own_housing": housing,
            "housing_places": (self.housing_places.data or 0) if housing else 0,
            "recruitment_countries": (*(self.recruitment_countries.data or ()), *self._others()),
        }

    def validate_own_housing(self, field: Any) -> None:
        if field.data == "yes" and not self.housing_places.data and not self.housing_places.errors:
            raise ValidationError(_("Enter the number of places to sleep."))

    def validate_other_countries(self, field: Any) -> None:
        known = _countries_by_name()
        unknown = [line for line in _lines(field.data) if line.casefold() not in known]
        if unknown:
            raise ValidationError(_("We do not know the country %(name)s.", name=unknown[0]))
        if not self.recruitment_countries.data and not _lines(field.data):
            raise ValidationError(_("Choose or enter at least one country."))

    def _others(self) -> Iterable[str]:
        known = _countries_by_name()
        return [known[line.casefold()] for line in _lines(self.other_countries.data)]


class BankForm(PartForm):
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
        super().show(details)
        self.iban.data = show_iban(details.iban)


class BranchForm(Form):
    name = text_field(
        _l("Name of the branch or location"), required=_l("Enter the name."), hint=_l("For example: branch Venlo.")
    )
    street = _street()
    postcode = _postcode()
    city = _city()
    country = _country()
    version = version_field()

    def details(self) -> BranchDetails:
        return BranchDetails(**_data(self))


class ControllingPersonForm(Form):
    name = text_field(_l("Name"), required=_l("Enter the name."))
    function = text_field(
        _l("Function"),
        hint=_l("For example: director, owner, proxy holder."),
        required=_l("Enter the function."),
    )
    share_percent = number_field(_l("Share in the company, in percent"), at_most=100)
    since = date_field(
        _l("In control since"), hint=_l("For example, 27 3 2019."), required=_l("Enter since when this is so.")
    )
    other_agencies = textarea_field(
        _l("Other agencies"),
        hint=_l("Temporary employment agencies that this person runs or owns, or did in the last five years."),
        max_length=2000,
        rows=3,
    )
    version = version_field()

    def details(self) -> ControllingPersonDetails:
        return ControllingPersonDetails(**_data(self) | {"other_agencies": self.other_agencies.data or ""})


class ContactForm(Form):
    name = text_field(_l("Name"), required=_l("Enter the name."))
    function = text_field(_l("Function"), required=_l("Enter the function."))
    email = email_field(_l("E-mail address"), required=_l("Enter the e-mail address."), autocomplete="off")
    phone = text_field(
        _l("Telephone number"), required=_l("Enter the telephone number."), width=20, max_length=LONGEST_PHONE
    )
    version = version_field()

    def details(self) -> ContactDetails:
        return ContactDetails(**_data(self))


class AnswerForm(Form):
    """The answer to one requirement; the scheme words question and answers."""

    value = radios_field("", [], required=_l("Choose an answer."))
    explanation = textarea_field(_l("Explanation"), max_length=LONGEST_EXPLANATION, rows=6)
    files = file_field(_l("Add files"), accept=uploads.ACCEPT, multiple=True)
    version = version_field()

    def ask(self, scheme: SchemeText, code: str) -> None:
        """Set labels and choices from the scheme."""
        language = current_language()
        self.value.label.text = scheme.requirement(code).question.in_(language)
        self.value.choices = options([(kind.code, kind.name.in_(language)) for kind in scheme.self_assessment_answers])
        explain = [kind.name.in_(language) for kind in scheme.self_assessment_answers if kind.needs_explanation]
        self.explanation.description = _("Needed with: %(answers)s.", answers="; ".join(explain))

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was chosen or typed."""
        return not (self.value.data or self.explanation.data or any(file.filename for file in self.files.data or ()))


class DeclarationForm(Form):
    declared = checkbox_field(_l("I declare this"), required=_l("Tick the box to declare this."))
    declared_name = text_field(
        _l("Your name"),
        hint=_l("As it stands in your account."),
        required=_l("Enter your name."),
        max_length=120,
        autocomplete="name",
    )


class WithdrawForm(Form):
    reason = textarea_field(_l("Reason"), rows=3, max_length=1000)


class EmptyForm(Form):
    """A button, with the CSRF token only."""


def _words(vocabulary: Mapping[str, Text]) -> Any:
    return options([(code, text.in_(current_language())) for code, text in vocabulary.items()])


def _countries_by_name() -> dict[str, str]:
    """Return country codes by name, in every language of the portal, and by code."""
    names = {name.casefold(): code for language in LANGUAGES for code, name in country_names(language).items()}
    return names | {code.casefold(): code for code in country_codes()}


def _lines(text: str | None) -> list[str]:
    return [line for line in (" ".join(line.split()) for line in (text or "").splitlines()) if line]


def _data(form: Form) -> dict[str, Any]:
    return {name: field.data for name, field in form._fields.items() if name not in {"version", "csrf_token"}}
