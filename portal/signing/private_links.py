"""Addresses that only their reader has: an id with a code that this installation alone can make. Nothing is stored."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from uuid import UUID

from audits.core.errors import N_, NotFoundError
from portal.settings import current_settings

_ID, _CODE = 16, 20  # bytes
_LENGTH = 48  # characters of both; three bytes make four, so that nothing is left to pad
_UNKNOWN = N_("This link is not complete. Copy it as a whole from the message.")


class Purpose(StrEnum):
    """What a link is for. Who has one for one purpose cannot make that for another."""

    FOLLOW = "follow"  # change and end a list; in messages to its address alone
    FEED = "feed"  # read a list; handed to feed readers


def token_of(purpose: Purpose, subject_id: UUID) -> str:
    """Return what stands in the address."""
    return urlsafe_b64encode(subject_id.bytes + _code(purpose, subject_id)).decode()


def subject_of(purpose: Purpose, token: str) -> UUID:
    """Return the id in a token of ours; NotFoundError for any other text."""
    if len(token) != _LENGTH or not token.isascii():
        raise NotFoundError(_UNKNOWN)
    try:
        data = urlsafe_b64decode(token)
    except ValueError as error:
        raise NotFoundError(_UNKNOWN) from error
    subject_id = UUID(bytes=data[:_ID]) if len(data) == _ID + _CODE else UUID(int=0)
    if not hmac.compare_digest(data[_ID:], _code(purpose, subject_id)):
        raise NotFoundError(_UNKNOWN)
    return subject_id


def _code(purpose: Purpose, subject_id: UUID) -> bytes:
    key = current_settings().secret_key.encode()
    return hmac.digest(key, f"link {purpose} {subject_id}".encode(), "sha256")[:_CODE]
