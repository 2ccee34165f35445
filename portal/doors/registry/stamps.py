"""The services behind our seals: time-stamps (RFC 3161), the root certificate, and the revocation list."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from certificates.seal import KeysError
from certificates.seal.time.tsp import (
    LARGEST_QUERY,
    QUERY,
    REPLY,
    Failure,
    answer,
    refusal,
)
from portal.signing.keys import Keys, existing_keys
from portal.stores.files import StorageDownError
from portal.web.access import public

_CRL_SECONDS = 3600


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module; certificates contain those of root and list."""
    bp.post("/tsa")(timestamp)
    bp.get("/pki/root.crl")(revocations)
    bp.get("/pki/root.cer")(root)


@public
def timestamp() -> ResponseReturnValue:
    """Return a time-stamp for a digest (RFC 3161 clause 3.4); a wrong request gets a response with the reason."""
    if request.mimetype != QUERY:
        raise UnsupportedMediaType
    data = request.stream.read(LARGEST_QUERY + 1)
    if len(data) > LARGEST_QUERY:
        raise RequestEntityTooLarge
    try:
        found, status = answer(data, existing_keys().authority), HTTPStatus.OK
    except KeysError:
        found, status = refusal(Failure.SYSTEM_FAILURE, "the key is not at hand"), HTTPStatus.SERVICE_UNAVAILABLE
    response = Response(found, status, mimetype=REPLY)
    response.headers["Cache-Control"] = "no-store"
    return response


@public
def revocations() -> ResponseReturnValue:
    """Return the list of revoked certificates (RFC 5280 clause 5)."""
    response = Response(_kept(Keys.revocations), mimetype="application/pkix-crl")
    response.headers["Cache-Control"] = f"public, max-age={_CRL_SECONDS}"
    return response


@public
def root() -> ResponseReturnValue:
    """Return the certificate of our own authority, the root of seal and time-stamps."""
    return Response(_kept(lambda held: held.own_root), mimetype="application/pkix-cert")


def _kept(read: Callable[[Keys], bytes]) -> bytes:
    try:
        return read(existing_keys())
    except KeysError as error:
        raise StorageDownError(str(error)) from error
