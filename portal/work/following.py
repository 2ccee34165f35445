"""Write to those who follow agencies: first whether they want it, then what changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import addresses
from certificates.following.models import Follow
from certificates.following.queries import agencies_of
from certificates.following.services import hold, note_changes, take_news
from certificates.following.webhooks import note_calls
from certificates.lifecycle.rules import Status
from portal.settings import current_settings
from portal.signing.private_links import Purpose, token_of
from portal.stores import periodic
from portal.work import mail

TELLING = "follow.tell"


def tell(session: Session, _: Mapping[str, Any]) -> None:
    """Queue messages and calls about what changed, and calls that are tried again; one process at a time."""
    session.execute(select(func.pg_advisory_xact_lock(periodic.lock_of(TELLING))))
    note_changes(session)
    note_calls(session)


def deliver(session: Session, payload: Mapping[str, Any]) -> None:
    """Send what a list is due: {follow_id}. One that was forgotten gets nothing, nor one without news."""
    held = hold(session, UUID(payload["follow_id"]))
    if held is None:
        return
    agencies = agencies_of(session, held.id)
    if held.confirmed_at is None:
        _send(held, "_follow_confirm", payload["item_id"], names=[each.legal_name for each in agencies])
        return
    news = take_news(session, held, [each.public_id for each in agencies])
    if news:
        base = current_settings().public_url
        lines = [
            {
                "name": each.legal_name,
                "status": Status(each.status),
                "number": each.number,
                "at": each.at,
                "link": addresses.register_url(base, each.public_id),
            }
            for each in news
        ]
        _send(held, "_follow_changes", payload["item_id"], changes=lines)


def _send(held: Follow, template: str, number: str, **values: object) -> None:
    base, token = current_settings().public_url, token_of(Purpose.FOLLOW, held.id)
    places = current_app.url_map.bind("")
    link, stop = (base + places.build(f"registry.{page}", {"token": token}) for page in ("show_list", "ask_to_stop"))
    text = mail.render(template, held.language, link=link, stop=stop, **values)
    mail.send_to(held.address, held.language, text, number=number, stop_url=stop)
