"""A list of agencies that somebody follows."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock
from certificates.following import services
from certificates.following.models import Follow, Webhook, WebhookCall
from certificates.following.webhooks import set_webhook
from certificates.lifecycle.rules import public_id

ADDRESS = "hirer@bouw.example"


def followed_list(
    session: Session, *agencies: Agency, address: str = ADDRESS, daily: bool = False, language: str = "en"
) -> UUID:
    """Return the id of a new list that its address confirmed."""
    names = [public_id(each.country, each.register_number) for each in agencies]
    services.follow(session, follow_id=uuid4(), address=address, language=language, daily=daily, public_ids=names)
    session.flush()
    found = session.scalars(
        select(Follow.id).where(Follow.confirmed_at.is_(None)).order_by(Follow.asked_at.desc())
    ).first()
    assert found is not None, "this address has too many unconfirmed lists"
    services.confirm(session, found)
    return found


def add_webhook(session: Session, follow_id: UUID) -> UUID:
    """Give a list a webhook; return the id of a call that arrived there."""
    set_webhook(session, follow_id, "https://hirer.example/hook")
    webhook = session.get_one(Webhook, follow_id)
    call = WebhookCall(webhook_id=webhook.id, position=0, made_at=clock.now(), attempts=1, outcome="200")
    session.add(call)
    session.flush()
    return call.id
