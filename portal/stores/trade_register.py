"""Ask the Dutch trade register about a company by its number: the API "Basisprofiel" of the KvK.

Without `TRADE_REGISTER_KEY` nothing is asked, and no page offers it. Each question is paid for, so that only people who
signed in ask, a few times a day. What comes back is a proposal: an agency confirms it, the office compares it.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from audits.core import clock
from audits.core.errors import N_, RuleError
from portal.settings import TRADE_REGISTER_HOSTS, current_settings
from portal.sidecar.lanes import Lane
from portal.stores import outward

COUNTRY = "NL"
_MOST = 256 * 1024  # bytes of an answer; of a company with a hundred trade names it has about 20 kB
_SECONDS = 4.0
_TEXT = 500  # characters of a value; a longer one is none of ours
_NAMES = 100
_UNKNOWN = N_("The trade register knows no company with number %(number)s.")
_DOWN = N_("The trade register gives no answer now. Enter the details yourself, or try again later.")
_ASKING = N_("We are asking the trade register for others at this moment. Try again in a minute.")
LANE = Lane(at_once=1, waiting=1, patience=2 * _SECONDS, name="register", message=_ASKING)

log = logging.getLogger(__name__)


class UnknownNumberError(RuleError):
    """The register has no company under this number."""

    def __init__(self, number: str) -> None:
        super().__init__(_UNKNOWN, number=number)


class NoAnswerError(RuleError):
    """The register could not be asked, or gave an answer that we cannot use."""

    def __init__(self) -> None:
        super().__init__(_DOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What the register says of a company on a day; a value that it does not give is empty."""

    on: date
    legal_name: str
    trade_names: tuple[str, ...] = ()
    street: str = ""
    postcode: str = ""
    city: str = ""
    website: str = ""
    ended_on: date | None = None  # the day on which the company stopped

    def given(self) -> dict[str, Any]:
        """Return the values that the register gives, by the field of the profile of an agency."""
        values = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in values.items() if value}


FIELDS = ("legal_name", "trade_names", "street", "postcode", "city", "website")
"""The fields of a profile that the register can fill."""


def answers(country: str) -> bool:
    """Return whether we can ask about companies of this country."""
    return country == COUNTRY and bool(current_settings().trade_register_key)


def look_up(number: str) -> Extract:
    """Return what the register says now; `number` is a KvK number of 8 digits.

    UnknownNumberError, NoAnswerError, or BusyError while others ask. Call it outside a transaction that writes: it may
    take some seconds.
    """
    settings = current_settings()
    if not settings.testing and urlsplit(settings.trade_register_url).hostname not in TRADE_REGISTER_HOSTS:
        raise NoAnswerError
    url = f"{settings.trade_register_url.rstrip('/')}/v1/basisprofielen/{number}"
    headers = {"apikey": settings.trade_register_key, "Accept": "application/json"}
    try:
        with LANE.turn():
            status, body = outward.get(
                url,
                headers,
                most=_MOST,
                roots=settings.trade_register_roots,
                plain=settings.testing,
                seconds=_SECONDS,
            )
    except outward.CallError as error:
        raise _no_answer(str(error)) from error
    if status == HTTPStatus.NOT_FOUND:
        raise UnknownNumberError(number)
    if status != HTTPStatus.OK:
        raise _no_answer(f"status {status}")
    try:
        return extract_of(json.loads(body), number)
    except (ValueError, RecursionError) as error:  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise _no_answer("an answer that we cannot read") from error


def extract_of(answer: Any, number: str) -> Extract:
    """Read an answer; ValueError for one without a name, or about another company."""
    company = _mapping(answer)
    legal_name = _text(company.get("statutaireNaam")) or _text(company.get("naam"))
    if _text(company.get("kvkNummer")) != number or not legal_name:
        raise ValueError("not the company that was asked about")
    embedded = _mapping(company.get("_embedded"))
    seat = _mapping(embedded.get("hoofdvestiging")) or _mapping(embedded.get("eigenaar"))
    names = sorted(_each(company.get("handelsnamen")), key=_order)
    known = [name for each in names if (name := _text(each.get("naam"))) and name != legal_name]
    sites = seat.get("websites")
    return Extract(
        on=clock.today(),
        legal_name=legal_name,
        trade_names=tuple(dict.fromkeys(known)),
        **_address(seat),
        website=_text(sites[0]) if isinstance(sites, list) and sites else "",
        ended_on=_day(_mapping(company.get("materieleRegistratie")).get("datumEinde")),
    )


def _address(seat: Mapping[str, Any]) -> dict[str, str]:
    """Return where people can visit the company; nothing of an address that the register shields or that is abroad."""
    for each in _each(seat.get("adressen")):
        dutch = _text(each.get("land")) in {"", "Nederland"}
        if each.get("type") == "bezoekadres" and dutch and _text(each.get("indAfgeschermd")) != "Ja":
            addition = _text(each.get("huisletter")) + _text(each.get("huisnummerToevoeging"))
            street = f"{_text(each.get('straatnaam'))} {_text(each.get('huisnummer'))}{addition}".strip()
            return {"street": street, "postcode": _text(each.get("postcode")), "city": _text(each.get("plaats"))}
    return {}


def _no_answer(why: str) -> NoAnswerError:
    log.warning("the trade register gives no answer: %s", why)
    return NoAnswerError()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _each(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list, as far as it is one."""
    yield from (each for each in (value if isinstance(value, list) else [])[:_NAMES] if isinstance(each, dict))


def _order(name: Mapping[str, Any]) -> int:
    place = name.get("volgorde")
    return place if isinstance(place, int) else _NAMES


def _text(value: Any) -> str:
    """Return a text or number on one line; empty for anything else, and for what is too long to be meant."""
    text = " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if len(text) <= _TEXT else ""


def _day(value: Any) -> date | None:
    """Return a day as the register writes it (20270331, or with dashes); None for what is none."""
    digits = _text(value).replace("-", "")
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}")
    except ValueError:
        return None
