"""Sign calls of webhooks as Standard Webhooks says: id, time and body under an HMAC; secrets are computed."""

import hmac
from base64 import b64encode
from datetime import datetime
from uuid import UUID

from portal.settings import current_settings

PREFIX = "whsec_"


def secret_of(webhook_id: UUID, generation: int) -> str:
    """Return the secret of a generation, as receivers keep it."""
    return PREFIX + b64encode(_key(webhook_id, generation)).decode()


def signed_headers(
    message_id: str, at: datetime, body: bytes, webhook_id: UUID, generations: tuple[int, ...]
) -> dict[str, str]:
    """Return the headers of a call: a signature for each generation, the present one first."""
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    signatures = [b64encode(hmac.digest(_key(webhook_id, each), signed, "sha256")).decode() for each in generations]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def _key(webhook_id: UUID, generation: int) -> bytes:
    key = current_settings().secret_key.encode()
    return hmac.digest(key, f"webhook {webhook_id} {generation}".encode(), "sha256")
