"""Reads of the vault, for the people who are named and have no interest in the agency."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import LargeBinary, Select, String, column, exists, func, select
from sqlalchemy.orm import Session, joinedload

from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import NotFoundError, missing
from audits.people.independence import is_interested
from audits.people.models import Person
from audits.vault.models import VaultEntry, VaultPassing, VaultReader

MOST = 200  # entries that a page lists


def readers(session: Session) -> list[str]:
    """Return the names of those who read the vault: a worker may ask."""
    query = select(Person.name).join(VaultReader, VaultReader.person_id == Person.id)
    return list(session.scalars(query.where(VaultReader.ended_at.is_(None)).order_by(Person.name)))


def reads_vault(session: Session, actor: Actor) -> bool:
    """Return whether the actor is one of them."""
    named = exists().where(VaultReader.person_id == actor.id, VaultReader.ended_at.is_(None))
    return actor.has(Permission.SIGNAL_VIEW) and bool(session.scalar(select(named)))


def list_entries(session: Session, actor: Actor) -> Sequence[VaultEntry]:
    """Return the entries without what they say, newest first."""
    query = _visible(session, actor).order_by(VaultEntry.written_at.desc(), VaultEntry.id).limit(MOST)
    return session.scalars(query).all()


def get_entry(session: Session, actor: Actor, entry_id: UUID) -> VaultEntry:
    """Return an entry without what it says, or raise NotFoundError."""
    found = session.scalar(_visible(session, actor).where(VaultEntry.id == entry_id))
    if found is None:
        raise missing(VaultEntry)
    return found


def read_sealed(session: Session, entry_id: UUID) -> tuple[str, bytes]:
    """Return the name of the key and what is encrypted under it. The database logs who read it, when this commits."""
    read = func.read_vault(entry_id, clock.now()).table_valued(column("key", String), column("sealed", LargeBinary))
    row = session.execute(select(read.c.key, read.c.sealed)).one_or_none()
    if row is None:
        raise missing(VaultEntry)
    return row.key, row.sealed


def passings_of(session: Session, entry_id: UUID) -> Sequence[VaultPassing]:
    """Return to whom an entry was passed on, oldest first. The caller must have access to it."""
    query = select(VaultPassing).where(VaultPassing.entry_id == entry_id).order_by(VaultPassing.id)
    return session.scalars(query.options(joinedload(VaultPassing.person).lazyload(Person.role_rows))).all()


def _visible(session: Session, actor: Actor) -> Select[VaultEntry]:
    authorise(actor, Permission.SIGNAL_VIEW)
    if not reads_vault(session, actor):
        raise NotFoundError("You are not one of those who read the vault.")
    query = select(VaultEntry).where(~is_interested(actor.id, VaultEntry.agency_id))
    return query.options(joinedload(VaultEntry.agency))
