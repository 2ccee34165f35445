"""Fill the vault, and take out of it what a worker wants taken out. The caller commits.

Nothing of it is in the trail: everybody with a case would see that somebody spoke. The security log says who read.
"""

from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.notices import tell_person
from audits.inspections.assignment import hand_in
from audits.inspections.queries import get_audit
from audits.people.independence import interested_in
from audits.people.models import Person
from audits.people.queries import find_by_email
from audits.vault.models import VaultEntry, VaultPassing, VaultReader
from audits.vault.notices import VaultFilled
from audits.vault.queries import get_entry, readers
from audits.vault.rules import Receiver


def fill_vault(
    session: Session, actor: Actor, audit_id: UUID, *, entry_id: UUID, key: str, sealed: bytes, may_leave: bool
) -> None:
    """Keep an encrypted signal that somebody of the audit team wrote, and tell the readers that there is one.

    Whoever wrote it cannot read it any more. IllegalMoveError while nobody is named to read it.
    """
    authorise(actor, Permission.AUDIT_CONDUCT)
    audit = get_audit(session, actor, audit_id)
    if not hand_in(session, actor, audit).judges:
        raise NotAllowedError("Only the inspector and members of the team of this audit may do this.")
    if not readers(session):
        raise IllegalMoveError("Nobody is named to read the vault yet. Nothing was kept.")
    values = {"id": entry_id, "audit_id": audit.id, "agency_id": audit.agency_id, "key": key, "sealed": sealed}
    kept = insert(VaultEntry).values(**values, may_leave=may_leave, written_at=clock.now())
    session.execute(kept.inline())  # returns nothing: whoever writes does not read
    named = select(VaultReader.person_id).where(VaultReader.ended_at.is_(None))
    for person_id in session.scalars(named.where(VaultReader.person_id.not_in(interested_in(audit.agency_id)))):
        tell_person(session, person_id, VaultFilled())


def set_wish(session: Session, actor: Actor, entry_id: UUID, *, may_leave: bool) -> VaultEntry:
    """Say that the worker now wants somebody outside to know, or no longer."""
    entry = get_entry(session, actor, entry_id)
    entry.may_leave = may_leave
    session.flush()
    return entry


def pass_on(session: Session, actor: Actor, entry_id: UUID, receiver: Receiver) -> VaultPassing:
    """Note to whom an entry was passed on. RuleError unless the worker wants that."""
    entry = get_entry(session, actor, entry_id)
    if not entry.may_leave:
        raise RuleError("The worker does not want this to leave. Ask first.")
    passing = VaultPassing(entry_id=entry.id, receiver=receiver, passed_by=actor.id, passed_at=clock.now())
    session.add(passing)
    session.flush()
    return passing


def name_reader(session: Session, email: str) -> Person:
    """Let a planner read the vault. For a command of the operator."""
    person = _planner(session, email)
    row = postgresql.insert(VaultReader).values(person_id=person.id, named_at=clock.now(), ended_at=None)
    again = {"named_at": row.excluded.named_at, "ended_at": None}
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=again))
    return person


def end_reader(session: Session, email: str) -> Person:
    """Let somebody no longer read the vault. For a command of the operator."""
    row = session.scalar(select(VaultReader).join(Person).where(Person.email == email, VaultReader.ended_at.is_(None)))
    if row is None:
        raise RuleError("This person does not read the vault.")
    row.ended_at = clock.now()
    session.flush()
    return row.person


def _planner(session: Session, email: str) -> Person:
    found = find_by_email(session, email)
    if found is None or Role.PLANNER not in found.roles:
        raise RuleError("Name somebody with an account as planner, by their address.")
    return found
