"""Validate and normalise the profile of an agency, and tell what is still missing. Pure."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self, TypedDict
from urllib.parse import urlsplit

from audits.agencies.numbers import clean_country, clean_iban, clean_postcode
from audits.agencies.trade_registers import clean_register_number
from audits.core.errors import RuleError
from audits.core.letters import check_length, check_printable
from audits.core.typed import clean_email, clean_phone

LARGEST_HEADCOUNT = 500_000
LONGEST_LINE = 200
LONGEST_LEGAL_NAME = 625  # the longest that the Dutch trade register takes
MOST_NAMES = 20
LONGEST_TEXT = 2000

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The scope of a certificate, as codes: activities, sectors, and countries in ISO 3166-1 alpha-2."""

    activities: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    recruitment_countries: tuple[str, ...] = ()
    own_housing: bool = False

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Build a scope from a mapping of stored values; other keys are ignored."""
        known: dict[str, Any] = {field.name: facts[field.name] for field in fields(cls) if field.name in facts}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in known.items()}
        return cls(**values)

    def plain(self) -> dict[str, Any]:
        """Return plain values for rows and events."""
        return _plain(self)

    @property
    def offers_housing(self) -> bool:
        """Return whether workers live through the agency."""
        return self.own_housing


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedScope(Scope):
    """The scope that an application states, and what a decider grants of it."""

    housing_places: int = 0

    def items(self) -> tuple[str, ...]:
        """Return each thing that is granted or declined by itself, as `field:code`, or `field` for a yes."""
        found: list[str] = []
        for name, value in self.plain().items():
            if isinstance(value, list):
                found += [f"{name}:{code}" for code in value]
            elif value is True:
                found.append(name)
        return tuple(found)

    def only(self, items: Collection[str]) -> Self:
        """Return what is left of it with these items alone; items that are not in it count for nothing."""
        kept: dict[str, Any] = {}
        for name, value in self.plain().items():
            if isinstance(value, list):
                kept[name] = tuple(code for code in value if f"{name}:{code}" in items)
            elif isinstance(value, bool):
                kept[name] = value and name in items
        left = replace(self, **kept)
        return left if left.own_housing else replace(left, housing_places=0)

    def plus(self, more: "StatedScope") -> Self:
        """Return it with what another one has besides."""
        sums: dict[str, Any] = {}
        for name, value in more.plain().items():
            mine = getattr(self, name)
            sums[name] = (
                (*mine, *(code for code in value if code not in mine)) if isinstance(value, list) else mine or value
            )
        return replace(self, **sums)

    def without_housing(self) -> Self:
        """Return it without housing."""
        return replace(self, own_housing=False, housing_places=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a certificate names: the legal entity, its seat, and how many places of business it has."""

    legal_name: str
    trade_names: tuple[str, ...]
    country: str
    register_number: str
    street: str
    postcode: str
    city: str
    sites: int  # including the seat

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """Build one from the values of `plain`."""
        return cls(**stored | {"trade_names": tuple(stored["trade_names"])})

    def plain(self) -> dict[str, Any]:
        """Return plain values for rows."""
        return _plain(self)


class ScopeInWords(TypedDict):
    """A scope in words of one language."""

    activities: list[str]
    sectors: list[str]
    recruitment_countries: list[str]
    own_housing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyDetails(StatedScope):
    """The profile of an agency. Lists hold codes of the scheme, country codes or plain names."""

    legal_name: str
    country: str  # ISO 3166-1 alpha-2 of the seat
    register_number: str
    street: str
    postcode: str
    city: str
    trade_names: tuple[str, ...] = ()
    phone: str = ""
    website: str = ""
    headcount: int = 0
    iban: str = ""
    account_holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchDetails:
    """A place of business or a housing location other than the seat."""

    name: str
    street: str
    postcode: str
    city: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllingPersonDetails:
    """A person in control: director, owner above 25 percent, proxy, or who in fact runs the business."""

    name: str
    function: str
    since: date
    share_percent: float | None = None  # with two decimals at most: a third is 33.33
    other_agencies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """A person whom the certification body may call or write to about the case.

    `in_register`: this person agreed to be named on the public page of the agency.
    """

    name: str
    function: str
    email: str
    phone: str
    in_register: bool = False


class ProfileSection(StrEnum):
    """The sections of a profile; an application needs all of them but branches."""

    SEAT = "seat"
    SCOPE = "scope"
    WORKERS = "workers"
    BANK = "bank"
    BRANCHES = "branches"
    CONTROLLING_PERSONS = "controlling_persons"
    CONTACTS = "contacts"


FIXED_FIELDS: Mapping[ProfileSection, tuple[str, ...]] = {
    ProfileSection.SEAT: ("legal_name", "trade_names", "street", "postcode", "city"),
    ProfileSection.SCOPE: ("activities", "sectors"),
    ProfileSection.WORKERS: ("recruitment_countries", "own_housing", "housing_places"),
    ProfileSection.BANK: ("iban", "account_holder"),
}
"""The fields that stand still once somebody relies on them; see `part_fields` in migrations/walls/changes.sql."""


# What the public register shows, or finds an agency by.
LISTED = frozenset({"legal_name", "trade_names", "city", *(field.name for field in fields(Scope))})

# What documents print.
PRINTED = ("legal_name", "trade_names", "register_number", "street", "postcode", "city")


def clean_details(details: AgencyDetails, stored: AgencyDetails | None = None) -> AgencyDetails:
    """Return the details checked and normalised. RuleError at the first wrong field; empty optional fields are fine.

    A field that equals the one in `stored` is not checked again: a rule that became stricter must not block the change
    of another field.
    """
    typed = [name for name in _CLEAN if stored is None or getattr(details, name) != getattr(stored, name)]
    cleaned = replace(details, **{name: _CLEAN[name](details) for name in typed})
    for name in (name for name in typed if name in PRINTED):
        check_printable(getattr(cleaned, name), name)
    return cleaned if cleaned.own_housing else replace(cleaned, housing_places=0)


def clean_branch(branch: BranchDetails) -> BranchDetails:
    """Return the branch checked and normalised, or raise RuleError."""
    country = clean_country(branch.country)
    return BranchDetails(
        name=clean_line(branch.name, "name", "Enter the name."),
        street=clean_line(branch.street, "street", "Enter the street and house number."),
        postcode=clean_postcode(country, branch.postcode),
        city=clean_line(branch.city, "city", "Enter the town or city."),
        country=country,
    )


def clean_controlling_person(controlling_person: ControllingPersonDetails, today: date) -> ControllingPersonDetails:
    """Return the person in control checked and normalised, or raise RuleError."""
    share = controlling_person.share_percent
    if share is not None and not 0 <= share <= 100:  # noqa: PLR2004
        raise RuleError("Enter a number from %(min)s to %(max)s.", "share_percent", min=0, max=100)
    if controlling_person.since > today:
        raise RuleError("Enter a day that is not in the future.", "since")
    check_length(controlling_person.other_agencies, LONGEST_TEXT, "other_agencies")
    return replace(
        controlling_person,
        name=clean_line(controlling_person.name, "name", "Enter the name."),
        function=clean_line(controlling_person.function, "function", "Enter the function."),
        share_percent=round(share, 2) if share is not None else None,
        other_agencies=controlling_person.other_agencies.strip(),
    )


def clean_contact(contact: ContactDetails) -> ContactDetails:
    """Return the contact checked and normalised, or raise RuleError."""
    return ContactDetails(
        name=clean_line(contact.name, "name", "Enter the name."),
        function=clean_line(contact.function, "function", "Enter the function."),
        email=clean_email(contact.email),
        phone=clean_phone(contact.phone),
        in_register=contact.in_register,
    )


def clean_website(address: str) -> str:
    """Return a web address with http or https, or an empty string. Other schemes could run script in the browser."""
    address = address.strip()
    if not address:
        return ""
    if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", address):
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        right = parts.scheme in {"http", "https"} and not parts.username and parts.port in {None, 80, 443}
    except ValueError:  # UnicodeError is a ValueError
        host, right = "", False
    if not right or not _HOST.fullmatch(host) or len(address) > LONGEST_LINE or not address.isprintable():
        raise RuleError("Enter a web address, like https://www.example.nl.", "website")
    return address


def clean_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return trade names trimmed, without empty lines and duplicates."""
    cleaned = tuple(dict.fromkeys(name for name in map(_one_line, names) if name))
    if len(cleaned) > MOST_NAMES:
        raise RuleError("Enter at most %(max)d names.", "trade_names", max=MOST_NAMES)
    return tuple(_short(name, "trade_names") for name in cleaned)


def names_after(former: Iterable[str], old: str, new: str) -> list[str]:
    """Return the former names after `old` became `new`: every earlier name, latest last, without the present one."""
    return [name for name in dict.fromkeys([*(name for name in former if name != old), old]) if name != new]


def missing_sections(details: AgencyDetails, *, controlling_persons: int, contacts: int) -> list[ProfileSection]:
    """Return the sections that an application still needs, in the order in which people fill them in."""
    housed = details.housing_places > 0 or not details.own_housing
    there = {
        ProfileSection.SEAT: bool(details.phone),
        ProfileSection.SCOPE: bool(details.activities and details.sectors),
        ProfileSection.WORKERS: bool(details.headcount and details.recruitment_countries and housed),
        ProfileSection.BANK: bool(details.iban and details.account_holder),
        ProfileSection.CONTROLLING_PERSONS: controlling_persons > 0,
        ProfileSection.CONTACTS: contacts > 0,
    }
    return [part for part, filled in there.items() if not filled]


def clean_line(text: str, field: str, missing: str) -> str:
    """Return the text on one line; RuleError with message `missing` when nothing is left of it."""
    text = _one_line(text)
    if not text:
        raise RuleError(missing, field)
    return _short(text, field)


def _plain(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as JSON has them."""
    values = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: list(each) if isinstance(each, tuple) else each for name, each in values.items()}


def _one_line(text: str) -> str:
    """Normalise to single spaces, none at the ends, and composed letters (NFC), as documents print them."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _short(text: str, field: str) -> str:
    if not text.isprintable():
        raise RuleError("Use letters, digits and ordinary signs only.", field)
    check_length(text, LONGEST_LEGAL_NAME if field == "legal_name" else LONGEST_LINE, field)
    return text


def _in_range(number: int, field: str) -> int:
    if not 0 <= number <= LARGEST_HEADCOUNT:
        raise RuleError("Enter a number from %(min)s to %(max)s.", field, min=0, max=LARGEST_HEADCOUNT)
    return number


# In the order of the form, so that the first mistake on the page is reported first.
_CLEAN: Mapping[str, Callable[[AgencyDetails], Any]] = {
    "legal_name": lambda details: clean_line(details.legal_name, "legal_name", "Enter the legal name."),
    "trade_names": lambda details: clean_names(details.trade_names),
    "country": lambda details: clean_country(details.country),
    "register_number": lambda details: clean_register_number(clean_country(details.country), details.register_number),
    "street": lambda details: clean_line(details.street, "street", "Enter the street and house number."),
    "postcode": lambda details: clean_postcode(clean_country(details.country), details.postcode),
    "city": lambda details: clean_line(details.city, "city", "Enter the town or city."),
    "phone": lambda details: clean_phone(details.phone) if details.phone.strip() else "",
    "website": lambda details: clean_website(details.website),
    "activities": lambda details: tuple(dict.fromkeys(details.activities)),
    "sectors": lambda details: tuple(dict.fromkeys(details.sectors)),
    "recruitment_countries": lambda details: tuple(sorted({clean_country(c) for c in details.recruitment_countries})),
    "headcount": lambda details: _in_range(details.headcount, "headcount"),
    "housing_places": lambda details: _in_range(details.housing_places if details.own_housing else 0, "housing_places"),
    "iban": lambda details: clean_iban(details.iban) if details.iban.strip() else "",
    "account_holder": lambda details: _short(" ".join(details.account_holder.split()), "account_holder"),
}
