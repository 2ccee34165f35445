"""Let a device of an inspector seal entries in one audit, and stop it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import Digest
from audits.core.letters import check_length, check_printable
from audits.inspections import entries
from audits.inspections.device_keys import check_key
from audits.inspections.events import DeviceEnrolled, DeviceRevoked
from audits.inspections.models import Audit, CellFile, EntryChain, EntryContent, SealedEntry
from audits.inspections.queries import get_audit
from audits.inspections.services.course import load_fieldwork, record
from audits.people.models import Person

LABEL_LIMIT = 60
MOST_DEVICES = 20  # of one person in one audit
_PICTURE = func.position(literal(b'"kind":"photo"').op("IN")(SealedEntry.data)) > 0


class Device(NamedTuple):
    """A device in an audit: how many entries it said it holds, how many came in, and when the last one did.

    `pictures` are those of which the entry came in, and the picture did not.
    """

    id: UUID
    label: str
    person_id: UUID
    by: str
    enrolled_at: datetime
    revoked_at: datetime | None
    written: int
    received: int
    last_at: datetime | None
    pictures: int

    @property
    def missing(self) -> int:
        """Return how many of its entries are known to exist and did not come in."""
        return max(self.written - self.received, 0)


def enrol_device(session: Session, actor: Actor, audit_id: UUID, *, key: str, label: str) -> EntryChain:
    """Begin the chain of a device of the actor in an audit in progress. Its private key never leaves it."""
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    check_key(key)
    label = label.strip()
    if not label:
        raise RuleError("Give the device a name.", "label")
    check_length(label, LABEL_LIMIT, "label")
    check_printable(label, "label")
    own = select(func.count()).where(EntryChain.audit_id == audit.id, EntryChain.person_id == actor.id)
    if (session.scalar(own) or 0) > MOST_DEVICES:
        raise RuleError("You took this audit along on %(count)d devices. That is the most.", count=MOST_DEVICES)
    now, chain_id = clock.now(), uuid4()
    opening = entries.opening(audit=audit.id, chain=chain_id, person=actor.id, public_key=key, at=now)
    values = {"id": chain_id, "audit_id": audit.id, "person_id": actor.id, "public_key": key, "label": label}
    digest = entries.digest_of(opening)
    session.execute(insert(EntryChain).values(**values, opening=opening, digest=digest, opened_at=now))
    record(session, actor, audit, DeviceEnrolled(chain=chain_id, opening=Digest(digest)))
    return session.get_one(EntryChain, chain_id)


def revoke_device(session: Session, actor: Actor, audit_id: UUID, chain_id: UUID) -> Device:
    """Refuse what a device seals from now on. For its own person, and for who plans."""
    audit = get_audit(session, actor, audit_id)
    device = next((each for each in devices_of(session, audit_id) if each.id == chain_id), None)
    if device is None:
        raise NotFoundError("There is no such device.")
    if actor.id != device.person_id and not actor.has(Permission.AUDIT_PLAN):
        raise NotAllowedError("Only the person of a device and the planner may block it.")
    if device.revoked_at:
        raise IllegalMoveError("This device is blocked already.")
    chain = session.get_one(EntryChain, chain_id)
    chain.revoked_at, chain.revoked_by = clock.now(), actor.id
    record(session, actor, audit, DeviceRevoked(chain=chain_id, missing=device.missing))
    return device


def devices_of(session: Session, audit_id: UUID) -> list[Device]:
    """Return the devices of an audit, the oldest first. The caller must have access to the audit."""
    query = (
        select(
            EntryChain.id,
            EntryChain.label,
            EntryChain.person_id,
            Person.name,
            EntryChain.opened_at,
            EntryChain.revoked_at,
            EntryChain.written,
            func.count(SealedEntry.id),
            func.max(SealedEntry.received_at),
            func.count(SealedEntry.id).filter(_PICTURE, CellFile.id.is_(None), EntryContent.entry_id.is_not(None)),
        )
        .join(Person, Person.id == EntryChain.person_id)
        .outerjoin(SealedEntry, SealedEntry.chain_id == EntryChain.id)
        .outerjoin(CellFile, CellFile.entry_id == SealedEntry.id)
        .outerjoin(EntryContent, EntryContent.entry_id == SealedEntry.id)
        .where(EntryChain.audit_id == audit_id, EntryChain.public_key.is_not(None))
        .group_by(EntryChain.id, Person.name)
        .order_by(EntryChain.opened_at, EntryChain.id)
    )
    return [Device._make(row) for row in session.execute(query)]


def own_device(session: Session, actor: Actor, audit: Audit, chain_id: UUID) -> EntryChain:
    """Return the chain of a device of the actor that may seal entries, or raise."""
    chain = session.get(EntryChain, chain_id)
    if chain is None or (chain.audit_id, chain.person_id) != (audit.id, actor.id) or chain.public_key is None:
        raise NotFoundError("There is no such device.")
    if chain.revoked_at:
        raise NotAllowedError("This device was blocked. What it holds is not taken any more; export it to a file.")
    return chain
