"""Machine-readable resources: credentials, badges, keys, status lists, context and schema."""

import json

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from audits.core.errors import NotFoundError
from certificates.credentials import MEDIA_TYPE, StatusPurpose, jwk, jwks, published, said, thumbprint
from certificates.lifecycle.rules import is_number
from certificates.register import queries
from certificates.status_lists import signed_list
from portal.doors.registry.caching import API_SECONDS, shared
from portal.signing import credentials
from portal.signing.keys import current_keys
from portal.stores import database
from portal.web.access import public

_KEYS_SECONDS = 300  # verifiers that meet an unknown key fetch the set again
_YEAR = 365 * 24 * 3600
_JSON = "application/json"


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module; signed data refers to them, so they are permanent."""
    bp.get("/.well-known/jwks.json")(keys)
    bp.get("/credential-keys/<kid>")(key)
    bp.get("/certificates/<number>/credential")(credential)
    bp.get("/certificates/<number>.<any(json, jwt):form>")(credential_file)
    bp.get("/certificates/<number>.badge.<any(json, jwt):form>")(badge_file)
    bp.get("/status-lists/<any(revocation, suspension):purpose>/<int:number>")(status_list)
    bp.get("/contexts/certification/v1")(context)
    bp.get("/schemas/certification/v1")(schema)


@public
def keys() -> ResponseReturnValue:
    """Return all valid credential keys, including retired ones, as JWK set."""
    found = json.dumps(jwks(current_keys().credential_public.values()))
    return shared(found, "application/jwk-set+json", _KEYS_SECONDS)


@public
def key(kid: str) -> ResponseReturnValue:
    """Return one of these keys as JWK; badges name their key by this address."""
    found = next((each for each in current_keys().credential_public.values() if thumbprint(each) == kid), None)
    if found is None:
        raise NotFound
    return shared(json.dumps(jwk(found)), "application/jwk+json", _KEYS_SECONDS)


@public
def credential(number: str) -> ResponseReturnValue:
    """Return the credential of a certificate, signed, or as plain JSON if the client asks for it."""
    wanted = request.accept_mimetypes.best_match([MEDIA_TYPE, _JSON], default=MEDIA_TYPE)
    response = _signed(_certificate_text(number, "credential"), "json" if wanted == _JSON else "jwt", MEDIA_TYPE)
    response.vary.add("Accept")
    return response


@public
def credential_file(number: str, form: str) -> ResponseReturnValue:
    """Return the credential in the form that the address names."""
    return _signed(_certificate_text(number, "credential"), form, MEDIA_TYPE)


@public
def badge_file(number: str, form: str) -> ResponseReturnValue:
    """Return the Open Badge of a certificate; its standard requires text/plain for the signed form."""
    return _signed(_certificate_text(number, "badge"), form, "text/plain")


@public
def status_list(purpose: str, number: int) -> ResponseReturnValue:
    """Return a status list as last signed."""
    return shared(signed_list(database.read(), StatusPurpose(purpose), number).token, MEDIA_TYPE, API_SECONDS)


@public
def context() -> ResponseReturnValue:
    """Return the JSON-LD context of the credential."""
    return _for_ever(published.context(credentials.issuer()), "application/ld+json")


@public
def schema() -> ResponseReturnValue:
    """Return the JSON Schema of the credential."""
    return _for_ever(published.schema(credentials.issuer()), "application/schema+json")


def _certificate_text(number: str, column: str) -> str:
    if not is_number(number):
        raise NotFoundError("There is no certificate with this number.")
    text: str | None = getattr(queries.certificate(database.read(), number.upper()), column)
    if text is None:
        raise NotFound
    return text


def _signed(text: str, form: str, media_type: str) -> Response:
    if form == "json":
        return shared(json.dumps(said(text), ensure_ascii=False, indent=1), _JSON, API_SECONDS)
    return shared(text, media_type, API_SECONDS)


def _for_ever(data: bytes, media_type: str) -> Response:
    response = shared(data, media_type, _YEAR)
    response.headers["Cache-Control"] += ", immutable"
    return response
