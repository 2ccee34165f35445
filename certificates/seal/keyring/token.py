"""A key in a hardware token (PKCS #11), where it signs and never leaves.

The token signs the digest itself (CKM_ECDSA, CKM_RSA_PKCS), because not every token can hash.
"""

from threading import Lock
from typing import Any

import pkcs11
from pkcs11.util.ec import encode_ecdsa_signature

from certificates.seal.keyring.addresses import TokenAddress
from certificates.seal.keyring.keys import KeysError
from certificates.seal.keyring.signing import longest_signature

_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # SHA-256, RFC 8017 clause 9.2 note 1


def look_for(address: TokenAddress) -> None:
    """Raise KeysError unless the module answers and has the token. No PIN is sent, because a wrong one counts."""
    try:
        pkcs11.lib(address.module).get_token(token_label=address.token)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise KeysError(f"{address.module}: {type(error).__name__} {error}".rstrip()) from error


class TokenKey:
    """A key of a token, with its configured certificate. One signature at a time."""

    def __init__(self, address: TokenAddress, pin: str, chain: tuple[bytes, ...]) -> None:
        self.certificate, self.chain = chain[0], chain[1:]
        self._address = address
        self._pin = pin
        self._lock = Lock()
        self._private: Any = None
        longest_signature(self.certificate)  # fails for an unsupported kind of key

    def sign_digest(self, digest: bytes) -> bytes:
        """See `SealingKey.sign_digest`. Reconnects once when the token has ended the session."""
        with self._lock:
            if self._private is not None:
                try:
                    return self._sign(digest)
                except pkcs11.PKCS11Error:
                    self._private = None
            try:
                return self._sign(digest)
            except pkcs11.PKCS11Error as error:  # never retried: a wrong PIN would lock the token
                self._private = None
                raise KeysError(f"the module does not sign: {type(error).__name__} {error}".rstrip()) from error

    def _sign(self, digest: bytes) -> bytes:
        if self._private is None:
            self._private = self._open()
        if self._private.key_type is pkcs11.KeyType.RSA:
            return bytes(self._private.sign(_DIGEST_INFO + digest, mechanism=pkcs11.Mechanism.RSA_PKCS))
        return encode_ecdsa_signature(self._private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))

    def _open(self) -> Any:
        address = self._address
        token = pkcs11.lib(address.module).get_token(token_label=address.token)
        try:
            session = token.open(user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:  # another session of this process has logged in, which applies to all
            session = token.open()
        return session.get_key(
            object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=address.label or None, id=address.id or None
        )
