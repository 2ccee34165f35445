"""Time-stamps from configured external authorities, in turn; each token is verified under configured roots."""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asn1crypto import x509

from audits.core import clock
from certificates.seal.asking import AskError, post
from certificates.seal.encoding import der
from certificates.seal.encoding.cms import SHA256
from certificates.seal.time.authority import StampError
from certificates.seal.time.tsp import QUERY, REPLY, Response

log = logging.getLogger(__name__)

_SECONDS = 5.0
_LONGEST = 12 * 1024  # maximum bytes of a token with the chain of its authority
_CLOCKS_DIFFER = timedelta(minutes=5)
_NONCE_BITS = 63


class OutsideStamps:
    """Asks one authority after the other, beginning with the one that answered last."""

    longest = _LONGEST

    def __init__(self, urls: Sequence[str], roots: Sequence[bytes]) -> None:
        self._urls = list(urls)
        self._roots = [x509.Certificate.load(each) for each in roots]

    def stamp(self, digest: bytes) -> bytes:
        """See `TimeStamps.stamp`."""
        for url in self._urls:
            try:
                return self._ask(url, digest)
            except (AskError, StampError) as error:
                log.warning("no time-stamp from %s: %s", url, error)
                self._urls = [*(other for other in self._urls if other != url), url]
        raise StampError("no authority gave a time-stamp")

    def _ask(self, url: str, digest: bytes) -> bytes:
        nonce = secrets.randbits(_NONCE_BITS)
        imprint = der.sequence(SHA256, der.octets(digest))
        query = der.sequence(der.integer(1), imprint, der.integer(nonce), der.BOOLEAN_TRUE)
        data, kind = post(url, query, {"Content-Type": QUERY, "Accept": REPLY}, seconds=_SECONDS)
        if kind != REPLY:
            raise StampError("the answer is no time-stamp")
        try:
            return self._checked(data, digest, nonce)
        except StampError:
            raise
        except Exception as error:  # the answer is untrusted
            raise StampError(f"the answer cannot be read: {type(error).__name__}") from error

    def _checked(self, data: bytes, digest: bytes, nonce: int) -> bytes:
        response = Response.load(data, strict=True)
        if response["status"]["status"].native not in {"granted", "granted_with_mods"}:
            raise StampError(f"refused: {response['status'].native}")
        token = response["token"]
        signed = token["content"]
        info = signed["encap_content_info"]["content"].parsed
        if info["message_imprint"]["hashed_message"].native != digest or info["nonce"].native != nonce:
            raise StampError("the time-stamp is one of something else")
        if abs(info["gen_time"].native - clock.now()) > _CLOCKS_DIFFER:
            raise StampError("the time-stamp is of another time")
        if not self._trusts(signed, digest, info["gen_time"].native):
            raise StampError("nobody whom we trust made the time-stamp")
        found: bytes = token.dump()
        if len(found) > _LONGEST:
            raise StampError("the time-stamp is too large")
        return found

    def _trusts(self, signed: Any, digest: bytes, moment: Any) -> bool:
        # Imported late, because only external time-stamps need the library.
        from pyhanko.sign.validation.generic_cms import validate_tst_signed_data  # noqa: PLC0415
        from pyhanko.sign.validation.status import TimestampSignatureStatus  # noqa: PLC0415
        from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

        context = ValidationContext(
            trust_roots=self._roots, moment=moment, allow_fetching=False, revocation_mode="soft-fail"
        )
        facts = asyncio.run(validate_tst_signed_data(signed, context, lambda _: digest))
        status = TimestampSignatureStatus(**facts)
        return bool(status.valid and status.intact and status.trusted)
