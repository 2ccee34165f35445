"""What the public may know, as plain values: the one source of the open data and of what search engines read."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from flask import current_app

from certificates.lifecycle.models import Certificate
from certificates.register.models import RegisterEntry
from certificates.register.projection import scheme_of
from certificates.register.queries import PublicDocument
from certificates.register.rules import Line, may_rely
from portal.settings import Settings

API = "/api/v1"


def agency_facts(entry: RegisterEntry, day: date) -> dict[str, Any]:
    """One agency as it stands on `day`. A new key here is a decision to publish; the contract lists them all."""
    base, status = _base(), entry.status_on(day)
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
        "appliesAgain": entry.applies_again(day),
        "certificate": _mark(entry) if entry.certificate_number else None,
        "updatedAt": _moment(entry.updated_at),
        "links": {
            "self": f"{base}{API}/agencies/{entry.public_id}",
            "history": f"{base}{API}/agencies/{entry.public_id}/history",
            "page": f"{base}/register/{entry.public_id}",
        },
    }


def history_facts(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Every status that an agency ever had, newest first."""
    return [
        {
            "from": line.on.isoformat(),
            "status": line.status.value,
            "certificateNumber": line.number,
            "reason": line.reason or None,
        }
        for line in lines
    ]


def certificate_facts(
    certificate: Certificate, entry: RegisterEntry, document: PublicDocument | None, day: date
) -> dict[str, Any]:
    """One certificate, with what it is worth on `day` and whose it is."""
    base, version = _base(), certificate.scheme_version
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
            "self": f"{base}{API}/certificates/{certificate.number}",
            "agency": f"{base}{API}/agencies/{entry.public_id}",
            "page": f"{base}/certificates/{certificate.number}",
            "file": f"{base}/certificates/{certificate.number}.pdf",
        },
    }


def linked_data(entry: RegisterEntry, day: date, body_name: str) -> dict[str, Any]:
    """The same in the words of schema.org, which knows only active and inactive."""
    page = f"{_base()}/register/{entry.public_id}"
    agency: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": page,
        "url": page,
        "legalName": entry.legal_name,
        "name": (entry.trade_names or [entry.legal_name])[0],
        "identifier": {"@type": "PropertyValue", "propertyID": entry.country, "value": entry.register_number},
    }
    if entry.valid_from is None or entry.valid_until is None:
        return agency
    active = "Active" if may_rely(entry.status_on(day)) else "Inactive"
    return agency | {
        "hasCertification": {
            "@type": "Certification",
            "certificationIdentification": entry.certificate_number,
            "certificationStatus": f"https://schema.org/Certification{active}",
            "name": entry.scheme["title"]["en"],
            "validFrom": entry.valid_from.isoformat(),
            "expires": entry.valid_until.isoformat(),
            "issuedBy": {"@type": "Organization", "name": body_name},
            "about": {"@id": page},
            "url": f"{_base()}/certificates/{entry.certificate_number}",
        }
    }


def _mark(entry: RegisterEntry) -> dict[str, Any]:
    base = _base()
    return {
        "number": entry.certificate_number,
        "validFrom": _day(entry.valid_from),
        "validUntil": _day(entry.valid_until),
        "conditions": entry.conditions,
        "scope": {
            "activities": entry.scope["activities"],
            "sectors": entry.scope["sectors"],
            "ownHousing": entry.scope["own_housing"],
            "recruitmentCountries": entry.scope["recruitment_countries"],
        },
        "scheme": entry.scheme,
        "links": {
            "self": f"{base}{API}/certificates/{entry.certificate_number}",
            "page": f"{base}/certificates/{entry.certificate_number}",
            "file": f"{base}/certificates/{entry.certificate_number}.pdf",
        },
    }


def _base() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url.rstrip("/")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
