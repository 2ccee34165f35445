"""Sign receipts of sealed entries with the keys of this installation."""

import json
import logging
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.inspections import export
from audits.inspections.models import Audit
from audits.inspections.services.receipts import confirm_entries, waiting_for_receipt
from certificates.credentials.tokens import jwks, sign
from certificates.seal.keyring.keys import KeysError
from portal.settings import current_settings
from portal.signing.keys import current_keys

TYPE = "keurwerk-receipt+jwt"  # so that no other token of ours can stand for a receipt

log = logging.getLogger(__name__)


def confirm(session: Session, audit_id: UUID) -> None:
    """Sign a receipt of what was just entered. Without the signer a periodic task does so later: nothing is lost."""
    try:
        confirm_entries(session, audit_id, _signed)
    except KeysError as error:
        log.warning("a receipt of sealed entries must wait: %s", error)


def confirm_waiting(session: Session) -> int:
    """Sign the receipts that are missing; return how many."""
    return sum(confirm_entries(session, audit_id, _signed) for audit_id in waiting_for_receipt(session))


def exported(session: Session, audit: Audit) -> bytes:
    """Return an audit as `keurwerk-verify` reads it, with the keys that sign receipts."""
    keys = jwks(current_keys().credential_public.values())
    found = {**export.exported(session, audit), "issuer": current_settings().public_url, "keys": keys}
    return json.dumps(found, indent=1, ensure_ascii=False).encode()


def _signed(said: dict[str, Any]) -> str:
    return sign(said | {"iss": current_settings().public_url}, current_keys().credential_key, typ=TYPE)
