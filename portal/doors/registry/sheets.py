"""What the page of an entry shows, taken through a stencil: agencies of the same standing share the shape of it."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from audits.agencies.rules import Scope
from audits.agencies.wording import country_name
from audits.core.languages import WORKERS
from audits.schemes.cycle import AuditKind
from audits.schemes.text import SchemeText
from certificates.lifecycle.rules import Status
from certificates.press import rosette_svg
from certificates.register.models import RegisterEntry
from certificates.register.rules import Line
from certificates.register.sheet import Sheet
from certificates.wording import items_in_words, scope_in_words
from portal.doors.registry.facts import linked_data
from portal.settings import Settings
from portal.web.stencil import Stencil
from portal.web.templating import dialled

_IN_ADDRESSES = re.compile("[a-z0-9-]+", re.IGNORECASE)
_TEXTS = ("legal_name", "register_number", "city", "certificate_number")
_DAYS = ("valid_from", "valid_until", "applied_on")
_PLAIN = ("country", "provisional", "under_appeal")


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as its page shows it; its standing is that of the day of the page."""

    status: Status
    since: date | None
    again: bool
    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        """Return a text, a day or a list."""
        try:
            return self.values[name]
        except KeyError as missing:
            raise AttributeError(name) from missing

    def status_on(self, _: date) -> Status:
        """Return the status."""
        return self.status

    def since_on(self, _: date) -> date | None:
        """Return since when that is so."""
        return self.since

    def applies_again(self, _: date) -> bool:
        """Return whether it applies without a certificate that counts."""
        return self.again


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the history, as a page shows it."""

    on: date | None
    status: Status
    number: str
    reason: str
    provisional: bool

    def why(self, _: str) -> str:
        """Return the public reason."""
        return self.reason


def may_share(entry: RegisterEntry) -> bool:
    """Return whether its page may have the shape of another's: what stands in addresses needs no quoting there."""
    in_addresses = (entry.public_id, entry.certificate_number or "-")
    return all(map(_IN_ADDRESSES.fullmatch, in_addresses))


def shown(
    stencil: Stencil, sheet: Sheet, scheme: SchemeText | None, today: date, settings: Settings, *, can_seal: bool
) -> dict[str, Any]:
    """Return what the template of an entry needs, but the answer to a question about the past."""
    found, history, language = sheet.entry, sheet.history, stencil.language
    status, seat = found.status_on(today), sheet.printed["seat"] or {}
    stencil.note(today, can_seal, status, scheme.sha256 if scheme else None)
    entry = _entry(stencil, found, status, today)
    linked = linked_data(found, today, settings.body_name, seat)
    excepted = items_in_words(Scope.of(found.excepted), scheme, language) if found.excepted and scheme else []
    sites = sheet.printed["sites"]
    return {
        "entry": entry,
        "status": status,
        "today": today,
        "history": [_line(stencil, line) for line in history],
        "excepted": stencil.texts(excepted),
        "reason": stencil.text(history[0].why(language) if history and history[0].status is status else ""),
        "scheme": scheme,
        **_scope(stencil, found, scheme),
        "seat_country": country_name(found.country, language),
        "linked": stencil.markup(htmlsafe_json_dumps(linked, dumps=current_app.json.dumps)),
        "address": linked["@id"],
        "can_seal": can_seal,
        "base": settings.public_url,
        "workers": WORKERS,
        "last_audit": _last_audit(stencil, found.details),
        "file_sha256": stencil.text(sheet.file_sha256),
        "rosette": stencil.markup(rosette(sheet.printed["digest"]) if sheet.printed["digest"] else ""),
        "seat": {name: stencil.text(seat.get(name)) for name in ("street", "postcode", "city")},
        "sites": stencil.text(str(sites) if sites else ""),
        **_call(stencil, found.details),
    }


def rosette(digest: str) -> Markup:
    """Return the rosette of a digest."""
    return Markup(rosette_svg(bytes.fromhex(digest)))  # noqa: S704  # our own drawing: numbers only


def _entry(stencil: Stencil, found: RegisterEntry, status: Status, today: date) -> Shown:
    values: dict[str, Any] = {"public_id": stencil.literal(found.public_id)}
    values |= {name: getattr(found, name) for name in _PLAIN}
    again, held_back = found.applies_again(today), found.details.get("held_back", False)
    stencil.note(*(values[name] for name in _PLAIN), again, held_back, found.scheme.get("sha256"))
    values |= {name: stencil.text(getattr(found, name)) for name in _TEXTS}
    values |= {name: stencil.day(getattr(found, name)) for name in _DAYS}
    values |= {name: stencil.texts(getattr(found, name)) for name in ("trade_names", "former_names", "conditions")}
    contacts = found.details.get("contacts", [])
    pairs = stencil.texts(each[name] for each in contacts for name in ("name", "function"))
    named = [{"name": name, "function": work} for name, work in zip(pairs[::2], pairs[1::2], strict=True)]
    values["details"] = {"held_back": held_back, "contacts": named}
    values["scheme"] = found.scheme
    stencil.note(len(found.condition_terms))
    values["dated_conditions"] = [
        (stencil.text(text), stencil.day(due), stencil.day(met)) for text, due, met in found.dated_conditions
    ]
    return Shown(status, stencil.day(found.since_on(today)), again, values)


def _scope(stencil: Stencil, found: RegisterEntry, scheme: SchemeText | None) -> dict[str, Any]:
    """Return the scope in words; the number of houses only where there are some."""
    scope = Scope.of(found.scope)
    places = found.scope.get("housing_places")
    stencil.note(scope.offers_housing)
    named = scope_in_words(scope, scheme, stencil.language) if scheme else None
    lists = ("activities", "sectors", "recruitment_countries")
    return {
        "scope": {name: stencil.texts(named[name]) for name in lists} if named else None,  # type: ignore[literal-required]
        "places": stencil.text(str(places) if places else ""),
        "houses": scope.offers_housing,
    }


def _line(stencil: Stencil, line: Line) -> Past:
    stencil.note(line.status, line.provisional)
    return Past(
        stencil.day(line.on),
        line.status,
        stencil.text(line.number),
        stencil.text(line.why(stencil.language)),
        line.provisional,
    )


def _last_audit(stencil: Stencil, details: dict[str, Any]) -> dict[str, Any] | None:
    """Return kind and month of the last audit that was decided on."""
    known = details.get("last_audit")
    month = stencil.day(date.fromisoformat(f"{known['month']}-01") if known else None)
    stencil.note(known and known["kind"])
    return {"kind": AuditKind(known["kind"]), "month": month} if known else None


def _call(stencil: Stencil, details: dict[str, Any]) -> dict[str, Any]:
    """Return telephone and website, and whether that is an address."""
    phone, website = details.get("phone") or "", details.get("website") or ""
    leads = website.startswith(("https://", "http://"))
    stencil.note(leads)
    return {
        "phone": stencil.text(phone),
        "dialled": stencil.text(dialled(phone)),
        "website": stencil.text(website),
        "leads": leads,
    }
