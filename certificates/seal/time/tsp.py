"""Parse time-stamp requests and build responses (RFC 3161 clause 2.4). Requests are untrusted."""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from asn1crypto import cms, core, tsp

from certificates.seal.encoding import der
from certificates.seal.time.authority import TimeStampAuthority

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
LARGEST_QUERY = 4096  # bytes; usual ones have about a hundred
_LONGEST_NONCE = 64
_HASHES = {"2.16.840.1.101.3.4.2.1": 32, "2.16.840.1.101.3.4.2.2": 48, "2.16.840.1.101.3.4.2.3": 64}
_GRANTED, _REJECTED = der.integer(0), der.integer(2)


class Failure(IntEnum):
    """PKIFailureInfo: why a request is refused."""

    BAD_ALGORITHM = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


class Response(core.Sequence):  # type: ignore[misc]
    """TimeStampResp with optional token; asn1crypto's own requires one."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("token", cms.ContentInfo, {"optional": True})]


class RefusedError(Exception):
    """The request is refused."""

    def __init__(self, failure: Failure, why: str) -> None:
        super().__init__(why)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed request; `imprint` and `nonce` are DER, ready to be copied into the token."""

    imprint: bytes
    nonce: bytes
    with_certificates: bool


def answer(request: bytes, authority: TimeStampAuthority) -> bytes:
    """Return the response (DER) to a request: a token, or the reason for refusal."""
    try:
        query = _read(request, authority.policy)
    except RefusedError as error:
        return refusal(error.failure, str(error))
    token = authority.token(query.imprint, nonce=query.nonce, with_certificates=query.with_certificates)
    return der.sequence(der.sequence(_GRANTED), token)


def refusal(failure: Failure, why: str) -> bytes:
    """Return a response without a token."""
    place, bit = divmod(failure, 8)
    info = der.tlv(0x03, bytes((7 - bit, *bytes(place), 0x80 >> bit)))
    return der.sequence(der.sequence(_REJECTED, der.sequence(der.tlv(0x0C, why.encode())), info))


def _read(request: bytes, policy: str) -> Query:
    try:
        parsed = tsp.TimeStampReq.load(request, strict=True)
        imprint, asked = parsed["message_imprint"], parsed["req_policy"].native
        algorithm, hashed = imprint["hash_algorithm"]["algorithm"].dotted, imprint["hashed_message"].native
        version, nonce = parsed["version"].native, parsed["nonce"].contents or b""
        wanted, extensions = bool(parsed["cert_req"].native), parsed["extensions"].native
    except Exception as error:  # an untrusted request may raise anything in the parser
        raise RefusedError(Failure.BAD_DATA_FORMAT, "this is no request for a time-stamp") from error
    if version != "v1" or len(nonce) > _LONGEST_NONCE:
        raise RefusedError(Failure.BAD_REQUEST, "only version 1, and nonces of 64 bytes at most")
    if algorithm not in _HASHES or len(hashed) != _HASHES[algorithm]:
        raise RefusedError(Failure.BAD_ALGORITHM, "only SHA-256, SHA-384 and SHA-512")
    if asked not in {None, policy}:
        raise RefusedError(Failure.UNACCEPTED_POLICY, f"only {policy}")
    if extensions:
        raise RefusedError(Failure.UNACCEPTED_EXTENSION, "no extensions")
    has_null = imprint["hash_algorithm"]["parameters"].dump() == der.NULL
    kind = der.sequence(der.oid(algorithm), der.NULL if has_null else b"")
    return Query(der.sequence(kind, der.octets(hashed)), der.tlv(0x02, nonce) if nonce else b"", wanted)
