"""Parse the address of the seal key: in the keyring, in a PKCS #11 token, or at a service."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlsplit

_KNOWN = {"token", "object", "id"}


@dataclass(frozen=True, slots=True)
class RingAddress:
    """The active seal key of the keyring, `file:`."""


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """A key in a token, with its library: `pkcs11:token=…;object=…;id=%01?module-path=…` (RFC 7512)."""

    module: str
    token: str
    label: str = ""
    id: bytes = b""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Parse; ValueError says what is wrong. A PIN in the address is refused, because addresses are logged."""
        path, _, query = url.removeprefix("pkcs11:").partition("?")
        pairs = dict(part.partition("=")[::2] for part in path.split(";") if part)
        options = parse_qs(query)
        unknown = pairs.keys() - _KNOWN | options.keys() - {"module-path"}
        if unknown:
            raise ValueError(f"may not have {', '.join(sorted(unknown))}")
        if "module-path" not in options or "token" not in pairs or not pairs.keys() & {"object", "id"}:
            raise ValueError("needs token, object or id, and module-path")
        return cls(
            module=options["module-path"][0],
            token=unquote(pairs["token"]),
            label=unquote(pairs.get("object", "")),
            id=unquote_to_bytes(pairs.get("id", "")),
        )


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """A credential of a remote signing service: `csc+https://host/csc/v2?credential=…`."""

    url: str
    credential: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Parse; ValueError says what is wrong."""
        parts = urlsplit(url.removeprefix("csc+"))
        credentials = parse_qs(parts.query).get("credential", [])
        if not parts.hostname or "@" in parts.netloc or len(credentials) != 1:
            raise ValueError("needs a host and one credential")
        return cls(f"{parts.scheme}://{parts.netloc}{parts.path}", credentials[0])


def parse_key(url: str) -> RingAddress | TokenAddress | ServiceAddress:
    """Parse the address of a key; ValueError says what is wrong with it."""
    if url == "file:":
        return RingAddress()
    if url.startswith("pkcs11:"):
        return TokenAddress.parse(url)
    if url.startswith("csc+https://"):
        return ServiceAddress.parse(url)
    raise ValueError("must be file:, pkcs11:… or csc+https://…")
