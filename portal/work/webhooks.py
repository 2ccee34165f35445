"""Call the webhooks of those who follow agencies: a CloudEvent for each change, signed, to public addresses alone."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock
from certificates import addresses
from certificates.following.rules import OVERLAP
from certificates.following.webhooks import hold_call, note_outcome
from certificates.ledger.entries import moment
from certificates.register.changes import LoggedChange
from portal.settings import current_settings
from portal.signing.webhooks import signed_headers
from portal.stores import outward

EVENT_TYPE = "nl.keurwerk.certificate.status-changed"
MEDIA_TYPE = "application/cloudevents+json"


def deliver(session: Session, payload: Mapping[str, Any]) -> None:
    """Make one call: {call_id, receiver}. What fails is noted, fails no job, and is tried again over three days."""
    held = hold_call(session, UUID(payload["call_id"]))
    if held is None:
        return
    call, webhook, change = held
    now, body = clock.now(), json.dumps(event_of(str(call.id), change), ensure_ascii=False).encode()
    older = (webhook.generation - 1,) if webhook.generation > 1 and now < webhook.renewed_at + OVERLAP else ()
    headers = signed_headers(str(call.id), now, body, webhook.id, (webhook.generation, *older))
    try:
        status = outward.post(
            webhook.url, body, {"Content-Type": MEDIA_TYPE, **headers}, plain=current_settings().testing
        )
        note_outcome(call, str(status), arrived=HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES)
    except outward.CallError as error:
        note_outcome(call, str(error), arrived=False)


def event_of(message_id: str, change: LoggedChange) -> dict[str, Any]:
    """Return a change as CloudEvent 1.0 in its JSON format."""
    base = current_settings().public_url
    return {
        "specversion": "1.0",
        "id": message_id,
        "source": base,
        "type": EVENT_TYPE,
        "subject": change.public_id,
        "time": moment(change.at),
        "datacontenttype": "application/json",
        "data": {
            "position": change.position,
            "type": change.type,
            "publicId": change.public_id,
            "legalName": change.legal_name,
            "certificateNumber": change.number,
            "status": change.status,
            "link": addresses.agency_api_url(base, change.public_id),
        },
    }
