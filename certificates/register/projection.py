"""Compute the register row of one agency from its sources."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from audits.core import clock
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.rules import public_id
from certificates.lifecycle.workflow import CertificateState
from certificates.register.rules import APPLIED_MONTHS, Change, Terms, course, since
from certificates.register.search import folding, names
from certificates.register.search.exact import name_key
from certificates.register.search.filters import tags_of
from certificates.wording import ConditionTerms


def entry_values(
    agency: Any,
    certificates: list[Any],
    changes: list[Any],
    *,
    applied: tuple[date, int] | None,
    last_audit: Any,
    contacts: list[Any],
    conditions: list[ConditionTerms],
    scheme: dict[str, Any],
    under_appeal: bool = False,
    held_back: bool = False,
) -> dict[str, Any]:
    """Return the columns of RegisterEntry except `updated_at`, of rows with the columns that `services` reads.

    `certificates` are the issued ones, newest first; `conditions` and `scheme` are those of the newest; `applied` is
    since when and for how many months a running application is shown; `contacts` are those who agreed to be named;
    `held_back`: an appeal keeps a decision from counting.
    """
    newest = certificates[0] if certificates else None
    values = _names(agency, certificates) | {
        "applied_on": applied and applied[0],
        "applied_months": applied[1] if applied else APPLIED_MONTHS,
        "listed": newest is not None or applied is not None,
        "under_appeal": under_appeal,
        "details": _details(agency, last_audit, contacts) | ({"held_back": True} if held_back else {}),
    }
    values |= _mark(newest, scheme, _since(certificates, changes)) if newest else _NO_MARK
    if newest is not None:
        held = newest.state is CertificateState.SUSPENDED and bool(changes)
        values |= {"provisional": held and changes[-1].provisional, "excepted": _excepted(newest, changes)}
    return values | {"condition_terms": conditions, "tags": _tags(values)}


def terms_of(certificates: Iterable[Certificate]) -> dict[Any, Terms]:
    """Return what the history needs of each certificate."""
    return {each.id: Terms(each.number, each.conditional, each.valid_until) for each in certificates}


def changes_of(rows: Iterable[CertificateChange]) -> list[Change]:
    """Return the changes as plain values, in order."""
    return [
        Change(
            row.certificate_id,
            row.state,
            row.reason,
            clock.day_of(row.changed_at),
            tuple(row.grounds),
            row.provisional,
            row.excepted,
        )
        for row in rows
    ]


def scheme_of(version: Any) -> dict[str, Any]:
    """Return the register's reference to a scheme version."""
    return {"code": version.code, "version": version.version, "title": version.title, "sha256": version.sha256}


_NO_MARK: dict[str, Any] = {
    "state": None,
    "conditional": False,
    "provisional": False,
    "since": None,
    "certificate_id": None,
    "certificate_number": None,
    "valid_from": None,
    "valid_until": None,
    "conditions": [],
    "condition_terms": [],
    "excepted": {},
    "scope": {},
    "scheme": {},
}


def _names(agency: Any, certificates: list[Any]) -> dict[str, Any]:
    found = names.searchable([agency.legal_name, *agency.trade_names], agency.former_names, agency.city)
    permanent = public_id(agency.country, agency.register_number)
    numbers = [agency.register_number, permanent, *(each.number for each in certificates)]
    if agency.country == "DE":  # KLEVE-HRB-12345: people leave out the court, as letterheads do
        numbers.append(agency.register_number.partition("-")[2])
    return {
        "public_id": permanent,
        "legal_name": agency.legal_name,
        "trade_names": list(agency.trade_names),
        "former_names": list(agency.former_names),
        "country": agency.country,
        "register_number": agency.register_number,
        "city": agency.city,
        "sort_name": " ".join(folding.words(agency.legal_name)),
        "folded": found.folded,
        "words": found.words,
        "form": names.FORM,
        "numbers": sorted({folding.normalise_number(number) for number in numbers} - {""}),
    }


def _tags(values: dict[str, Any]) -> list[str]:
    return tags_of(**{name: values[name] for name in ("country", "city", "scope", "scheme", "conditional")})


def _details(agency: Any, last_audit: Any, contacts: list[Any]) -> dict[str, Any]:
    """Return what only the page of the entry shows. Of an audit that is decided on: its month and kind, no day.

    People are named nowhere else: not in the open data, its files and feeds, and not in the log.
    """
    seen = None
    if last_audit is not None and last_audit.reported_at is not None:
        seen = {"month": f"{clock.day_of(last_audit.reported_at):%Y-%m}", "kind": last_audit.kind.value}
    named = [{"name": each.name, "function": each.function, "key": name_key(each.name)} for each in contacts]
    return {"phone": agency.phone, "website": agency.website, "last_audit": seen, "contacts": named}


def _mark(certificate: Any, scheme: dict[str, Any], held_since: date | None) -> dict[str, Any]:
    return {
        "state": certificate.state,
        "conditional": certificate.conditional,
        "since": held_since,
        "certificate_id": certificate.id,
        "certificate_number": certificate.number,
        "valid_from": certificate.valid_from,
        "valid_until": certificate.valid_until,
        "conditions": list(certificate.conditions),
        "scope": certificate.scope,
        "scheme": scheme,
    }


def _excepted(newest: Any, changes: list[Any]) -> dict[str, Any]:
    """Return for what the newest certificate does not count while it is suspended in part."""
    partly = newest.state is CertificateState.PARTLY_SUSPENDED
    return next((each.excepted for each in reversed(changes) if each.excepted), {}) if partly else {}


def _since(certificates: list[Any], rows: list[Any]) -> date | None:
    changes = changes_of(rows)
    return since(course(terms_of(certificates), changes, changes[-1].on)) if changes else None
