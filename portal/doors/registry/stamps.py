"""What our seals rest on, for everybody: time-stamps (RFC 3161), the root, and the list of revoked certificates."""

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
from portal.signing import sealing
from portal.stores.files import StorageDownError
from portal.web.access import public

_CRL_SECONDS = 3600


def add_to(bp: Blueprint) -> None:
    """Give these their addresses; those of root and list stand in certificates."""
    bp.post("/tsa")(timestamp)
    bp.get("/pki/root.crl")(revocations)
    bp.get("/pki/root.cer")(root)


@public
def timestamp() -> ResponseReturnValue:
    """A time-stamp for a digest (RFC 3161 clause 3.4); a wrong request gets a response that says what is wrong."""
    if request.mimetype != QUERY:
        raise UnsupportedMediaType
    data = request.stream.read(LARGEST_QUERY + 1)
    if len(data) > LARGEST_QUERY:
        raise RequestEntityTooLarge
    try:
        found, status = answer(data, sealing.authority()), HTTPStatus.OK
    except KeysError:
        found, status = refusal(Failure.SYSTEM_FAILURE, "the key is not at hand"), HTTPStatus.SERVICE_UNAVAILABLE
    response = Response(found, status, mimetype=REPLY)
    response.headers["Cache-Control"] = "no-store"
    return response


@public
def revocations() -> ResponseReturnValue:
    """The certificates of ours that are revoked (RFC 5280 clause 5)."""
    response = Response(_kept(sealing.revocations), mimetype="application/pkix-crl")
    response.headers["Cache-Control"] = f"public, max-age={_CRL_SECONDS}"
    return response


@public
def root() -> ResponseReturnValue:
    """The certificate of our own authority, which vouches for seal and time-stamps."""
    return Response(_kept(sealing.own_root), mimetype="application/pkix-cert")


def _kept(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except KeysError as error:
        raise StorageDownError(str(error)) from error
