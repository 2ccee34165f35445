"""Add, change and remove branches, people in control and contacts of the actor's own agency.

Events about persons hold the names of the changed fields, never their values: the trail cannot be erased, and personal
data must be erasable.
"""

from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies import events as told
from audits.agencies.models import Agency, Branch, Contact, ControllingPerson
from audits.agencies.rules import (
    BranchDetails,
    ContactDetails,
    ControllingPersonDetails,
    ProfileSection,
    clean_branch,
    clean_contact,
    clean_controlling_person,
)
from audits.agencies.services.details import check_free, load_own
from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, authorise
from audits.core.db import seen
from audits.core.errors import NotFoundError
from audits.core.events import EventData

Row = TypeVar("Row", Branch, ControllingPerson, Contact)
Listed = TypeVar("Listed", Branch, ControllingPerson)


def add_branch(session: Session, actor: Actor, agency_id: UUID, branch: BranchDetails) -> Branch:
    """Add a place of business or a housing location."""
    return _add(session, actor, agency_id, Branch, asdict(clean_branch(branch)))


def change_branch(session: Session, actor: Actor, branch_id: UUID, branch: BranchDetails, *, version: int) -> Branch:
    """Change a branch; `version` is the row version that the person saw."""
    return _change(session, actor, Branch, branch_id, asdict(clean_branch(branch)), version=version)


def remove_branch(session: Session, actor: Actor, branch_id: UUID) -> None:
    """Remove a branch."""
    _remove(session, actor, Branch, branch_id)


def add_controlling_person(
    session: Session, actor: Actor, agency_id: UUID, controlling_person: ControllingPersonDetails
) -> ControllingPerson:
    """Add a person in control."""
    return _add(
        session,
        actor,
        agency_id,
        ControllingPerson,
        asdict(clean_controlling_person(controlling_person, clock.today())),
    )


def change_controlling_person(
    session: Session,
    actor: Actor,
    controlling_person_id: UUID,
    controlling_person: ControllingPersonDetails,
    *,
    version: int,
) -> ControllingPerson:
    """Change what is known of a person in control; `version` is the row version that was seen."""
    values = asdict(clean_controlling_person(controlling_person, clock.today()))
    return _change(session, actor, ControllingPerson, controlling_person_id, values, version=version)


def remove_controlling_person(session: Session, actor: Actor, controlling_person_id: UUID) -> None:
    """Remove a person who is no longer in control."""
    _remove(session, actor, ControllingPerson, controlling_person_id)


def add_contact(session: Session, actor: Actor, agency_id: UUID, contact: ContactDetails) -> Contact:
    """Add a contact."""
    return _add(session, actor, agency_id, Contact, asdict(clean_contact(contact)))


def change_contact(
    session: Session, actor: Actor, contact_id: UUID, contact: ContactDetails, *, version: int
) -> Contact:
    """Change a contact; `version` is the row version that the person saw."""
    return _change(session, actor, Contact, contact_id, asdict(clean_contact(contact)), version=version)


def remove_contact(session: Session, actor: Actor, contact_id: UUID) -> None:
    """Remove a contact."""
    _remove(session, actor, Contact, contact_id)


def write_row(
    session: Session,
    actor: Actor,
    agency_id: UUID,
    kind: type[Listed],
    *,
    row_id: UUID,
    values: dict[str, Any] | None,
) -> None:
    """Add, change or (without values) remove the row with this id. The caller has checked who may do this."""
    row = session.get(kind, row_id, with_for_update=True)
    if row is None and values is not None:
        _insert(session, actor, kind(id=row_id, agency_id=agency_id, **values))
    elif row is not None and values is None:
        _delete(session, actor, row)
    elif row is not None and values is not None:
        _update(session, actor, row, values)


def _add(session: Session, actor: Actor, agency_id: UUID, kind: type[Row], values: dict[str, Any]) -> Row:
    agency = load_own(session, actor, agency_id)
    check_free(session, agency.id, SECTION_OF[kind])
    same = select(kind).where(kind.agency_id == agency.id).filter_by(**values).limit(1)
    return session.scalar(same) or _insert(session, actor, kind(id=uuid4(), agency_id=agency.id, **values))


def _insert(session: Session, actor: Actor, row: Row) -> Row:
    session.add(row)
    session.expire(session.get_one(Agency, row.agency_id), [SECTION_OF[type(row)].value])
    _record(session, actor, row, _ADDED[type(row)]())
    _tell_register(session, row)
    session.flush()
    return row


def _change(
    session: Session, actor: Actor, kind: type[Row], row_id: UUID, values: dict[str, Any], *, version: int
) -> Row:
    row = _load(session, actor, kind, row_id)
    seen(row, version)
    return _update(session, actor, row, values)


def _update(session: Session, actor: Actor, row: Row, values: dict[str, Any]) -> Row:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed:
        _tell_register(session, row, now=bool(values.get("in_register")))
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        _record(session, actor, row, _CHANGED[type(row)](fields=events.codes(changed)))
    session.flush()
    return row


def _remove(session: Session, actor: Actor, kind: type[Row], row_id: UUID) -> None:
    _delete(session, actor, _load(session, actor, kind, row_id))


def _delete(session: Session, actor: Actor, row: Branch | ControllingPerson | Contact) -> None:
    _record(session, actor, row, _REMOVED[type(row)]())
    _tell_register(session, row)
    session.delete(row)
    session.flush()
    session.expire(session.get_one(Agency, row.agency_id), [SECTION_OF[type(row)].value])


def _load(session: Session, actor: Actor, kind: type[Row], row_id: UUID) -> Row:
    authorise(actor, Permission.AGENCY_EDIT)
    row = session.get(kind, row_id, with_for_update=True)
    if row is None or actor.agency_id != row.agency_id:
        raise NotFoundError("This is not in the list any more.")
    load_own(session, actor, row.agency_id)
    check_free(session, row.agency_id, SECTION_OF[kind])
    return row


def _tell_register(session: Session, row: Branch | ControllingPerson | Contact, *, now: bool = False) -> None:
    """Have the register follow if it names this person, or will `now`."""
    if isinstance(row, Contact) and (row.in_register or now):
        outbox.enqueue(session, "register.refresh", agency_id=str(row.agency_id))


def _record(session: Session, actor: Actor, row: Branch | ControllingPerson | Contact, event: EventData) -> None:
    events.record(session, event, subject_id=row.id, actor=actor, agency_id=row.agency_id)


# A section has the name of the attribute of an agency.
SECTION_OF: dict[type[Any], ProfileSection] = {
    Branch: ProfileSection.BRANCHES,
    ControllingPerson: ProfileSection.CONTROLLING_PERSONS,
    Contact: ProfileSection.CONTACTS,
}
_ADDED: dict[type[Any], type[EventData]] = {
    Branch: told.BranchAdded,
    ControllingPerson: told.ControllingPersonAdded,
    Contact: told.ContactAdded,
}
_CHANGED: dict[type[Any], type[told.RowChanged]] = {
    Branch: told.BranchChanged,
    ControllingPerson: told.ControllingPersonChanged,
    Contact: told.ContactChanged,
}
_REMOVED: dict[type[Any], type[EventData]] = {
    Branch: told.BranchRemoved,
    ControllingPerson: told.ControllingPersonRemoved,
    Contact: told.ContactRemoved,
}
