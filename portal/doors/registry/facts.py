"""Public facts as plain values, for the open data and for search engines."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from audits.agencies.rules import Scope
from audits.core.languages import LANGUAGES, SOURCE, in_language
from certificates import addresses
from certificates.ledger.entries import moment
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import Status
from certificates.register.models import RegisterEntry
from certificates.register.projection import scheme_of
from certificates.register.queries import PublicDocument
from certificates.register.rules import Line, in_camels, may_rely
from portal.settings import current_settings


def agency_facts(entry: RegisterEntry, day: date) -> dict[str, Any]:
    """Return one agency as of `day`. Adding a key publishes it; the contract lists all keys."""
    base, status = current_settings().public_url, entry.status_on(day)
    return {
        "publicId": entry.public_id,
        "legalName": entry.legal_name,
        "tradeNames": entry.trade_names,
        "formerNames": entry.former_names,
        "country": entry.country,
        "registerNumber": entry.register_number,
        "city": entry.city,
        "status": status.value,
        "reliable": may_rely(status),
        "statusSince": _day(entry.since_on(day)),
        "provisional": entry.provisional and status is Status.SUSPENDED,
        "exceptedScope": _scope(entry.excepted) if status is Status.PARTLY_SUSPENDED else None,
        "underAppeal": entry.under_appeal,
        "appliesAgain": entry.applies_again(day),
        "certificate": _mark(entry, entry.certificate_number) if entry.certificate_number else None,
        "updatedAt": moment(entry.updated_at),
        "links": {
            "self": addresses.agency_api_url(base, entry.public_id),
            "history": addresses.history_api_url(base, entry.public_id),
            "page": addresses.register_url(base, entry.public_id),
        },
    }


def checked_facts(entry: RegisterEntry, day: date) -> dict[str, Any]:
    """Return what a check of many says of one agency: some of its facts, with the certificate beside them."""
    base, status = current_settings().public_url, entry.status_on(day)
    return {
        "publicId": entry.public_id,
        "legalName": entry.legal_name,
        "country": entry.country,
        "registerNumber": entry.register_number,
        "city": entry.city,
        "status": status.value,
        "reliable": may_rely(status),
        "statusSince": _day(entry.since_on(day)),
        "certificateNumber": entry.certificate_number,
        "validUntil": _day(entry.valid_until),
        "link": addresses.agency_api_url(base, entry.public_id),
    }


def history_facts(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the statuses of an agency, newest first."""
    return [
        {
            "from": line.on.isoformat(),
            "status": line.status.value,
            "certificateNumber": line.number,
            "reason": line.reason or None,
            "grounds": [_ground(ground) for ground in line.grounds],
            "provisional": line.provisional,
            "exceptedScope": _scope(line.excepted) if line.excepted else None,
        }
        for line in lines
    ]


def _ground(ground: Mapping[str, str]) -> dict[str, Any]:
    return {"code": ground["code"], "title": {name: words for name, words in ground.items() if name in LANGUAGES}}


def certificate_facts(
    certificate: Certificate, entry: RegisterEntry, document: PublicDocument | None, day: date
) -> dict[str, Any]:
    """Return one certificate, with its status on `day` and its holder."""
    base, version = current_settings().public_url, certificate.scheme_version
    return {
        "number": certificate.number,
        "status": certificate.status_on(day).value,
        "reliable": may_rely(certificate.status_on(day)),
        "current": certificate.number == entry.certificate_number,
        "validFrom": certificate.valid_from.isoformat(),
        "validUntil": certificate.valid_until.isoformat(),
        "conditions": certificate.conditions,
        "scheme": scheme_of(version),
        "factsDigest": certificate.snapshot["digest"],
        "fileSha256": document.sha256 if document else None,
        "agency": {"publicId": entry.public_id, "legalName": entry.legal_name, "status": entry.status_on(day).value},
        "links": {
            "self": addresses.certificate_api_url(base, certificate.number),
            "agency": addresses.agency_api_url(base, entry.public_id),
            "page": addresses.certificate_url(base, certificate.number),
            "file": addresses.certificate_file_url(base, certificate.number),
        },
    }


def linked_data(entry: RegisterEntry, day: date, body_name: str, seat: Mapping[str, str]) -> dict[str, Any]:
    """Return an agency in terms of schema.org, which knows only active and inactive. `seat` may be empty."""
    base = current_settings().public_url
    page = addresses.register_url(base, entry.public_id)
    agency: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": page,
        "url": page,
        "legalName": entry.legal_name,
        "name": (entry.trade_names or [entry.legal_name])[0],
        "identifier": {"@type": "PropertyValue", "propertyID": entry.country, "value": entry.register_number},
        "address": {
            "@type": "PostalAddress",
            "addressCountry": entry.country,
            "addressLocality": seat.get("city") or entry.city,
            **{name: seat[key] for name, key in _ADDRESS.items() if seat.get(key)},
        },
        **({"telephone": entry.details["phone"]} if entry.details.get("phone") else {}),
    }
    if entry.certificate_number is None or entry.valid_from is None or entry.valid_until is None:
        return agency
    active = "Active" if may_rely(entry.status_on(day)) else "Inactive"
    return agency | {
        "hasCertification": {
            "@type": "Certification",
            "certificationIdentification": entry.certificate_number,
            "certificationStatus": f"https://schema.org/Certification{active}",
            "name": in_language(entry.scheme["title"], SOURCE),
            "validFrom": entry.valid_from.isoformat(),
            "expires": entry.valid_until.isoformat(),
            "issuedBy": {"@type": "Organization", "name": body_name},
            "about": {"@id": page},
            "url": addresses.certificate_url(base, entry.certificate_number),
        }
    }


_ADDRESS = {"streetAddress": "street", "postalCode": "postcode"}


def _mark(entry: RegisterEntry, number: str) -> dict[str, Any]:
    base = current_settings().public_url
    return {
        "number": number,
        "validFrom": _day(entry.valid_from),
        "validUntil": _day(entry.valid_until),
        "conditions": entry.conditions,
        "conditionTerms": [{in_camels(name): value for name, value in each.items()} for each in entry.condition_terms],
        "scope": _scope(entry.scope),
        "scheme": entry.scheme,
        "links": {
            "self": addresses.certificate_api_url(base, number),
            "page": addresses.certificate_url(base, number),
            "file": addresses.certificate_file_url(base, number),
        },
    }


def _scope(codes: Mapping[str, Any]) -> dict[str, Any]:
    return {in_camels(name): value for name, value in Scope.of(codes).plain().items()}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
