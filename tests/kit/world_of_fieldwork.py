"""Rows of fieldwork in the world of statements: chains of entries, and draws that wait."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.core.files import StoredFile
from audits.correspondence.services import add_file, ask_evidence, give_evidence, write_message
from audits.inspections import rules
from audits.inspections import services as inspections
from audits.inspections.entries import EntryKind, cell_of
from audits.inspections.models import Audit, CellFile, PrivateNote, SealedEntry, Verdict
from audits.inspections.services.entering import Typed, enter
from audits.inspections.services.fieldwork import drawn_positions
from audits.inspections.services.receipts import confirm_entries
from audits.inspections.tables import of_text
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.vault.models import VaultEntry, VaultPassing, VaultReader
from audits.vault.rules import Receiver
from tests.kit.factories import make_person

_FILE = StoredFile("ab", 1, "image/jpeg", "room.jpg")


def add_sealed(session: Session, state: AuditState, audit: Audit) -> dict[str, Any]:
    """The chain of its inspector, the newest entry, a receipt of it, and what comes next."""
    code, unit, reference = session.execute(
        select(Verdict.requirement_code, Verdict.unit, Verdict.reference).where(Verdict.audit_id == audit.id).limit(1)
    ).one()
    position = drawn_positions(session, audit, [unit])[unit, reference]
    typed = {cell_of(code, unit, position): Typed("added", {})}  # beside which no file stands yet
    enter(session, audit.inspector.actor, audit, "0" * 64, typed, kind=EntryKind.PHOTO)
    last = session.scalars(
        select(SealedEntry).where(SealedEntry.audit_id == audit.id).order_by(SealedEntry.id.desc()).limit(1)
    ).one()
    confirm_entries(session, audit.id, str)
    said = {"requirement_code": code, "unit": unit, "reference": reference, "text": "x", "written_at": clock.now()}
    for person_id in (audit.inspector_id, audit.planner_id):  # their own, and that of another
        session.add(PrivateNote(audit_id=audit.id, person_id=person_id, **said))
    cell = {"requirement_code": code, "unit": unit, "reference": reference}
    first = session.scalars(select(SealedEntry.id).where(SealedEntry.audit_id == audit.id).limit(1)).one()
    sealed = {"audit_id": audit.id, "entry_id": first}
    session.add(CellFile(**sealed, **cell, **_FILE.uploaded(audit.inspector_id)))
    return {
        f"{state}_chain": last.chain_id,
        f"{state}_entry": last.id,
        f"{state}_head": last.digest,
        f"{state}_next": last.number + 1,
    }


def fix_two(session: Session, audit: Audit, unit: str) -> str:
    """Fix a list of two; return its digest."""
    actor, secret = audit.inspector.actor, bytes(32)
    return inspections.fix_list(session, actor, audit.id, unit, ["F-1", "F-2"], secret=secret).digest


def add_draws(session: Session, audit: Audit) -> dict[str, Any]:
    """A list for which a value was given and nothing is drawn, one that waits for a value, one asked for, one given."""
    digest = fix_two(session, audit, "personnel_file")
    inspections.give_value(session, audit.inspector.actor, audit.id, "personnel_file", "6")
    fix_two(session, audit, "interview")
    inspections.ask_list(session, audit.inspector.actor, audit.id, "housing_location")
    inspections.offer_list(session, audit.inspector.actor, audit.id, "assignment", of_text("A-1"))
    return {"given_digest": digest, "given_seed": rules.mixed_seed(bytes(32), "6", digest).hex()}


def add_requests(session: Session, audit: Audit) -> dict[str, Any]:
    """What its inspector asks of the agency: one that waits, and one that was answered with a file."""
    owner, day = make_person(session, Role.AGENCY_OWNER, audit.agency_id), clock.today() + timedelta(days=7)
    tied = make_person(session, Role.PLANNER)
    session.add(Interest(person_id=tied.id, agency_id=audit.agency_id, nature="x", declared_at=clock.now()))
    made: dict[str, Any] = {"tied_planner": tied.id}
    for name in ("open", "given"):
        asked = ask_evidence(session, audit.inspector.actor, audit.id, code="GOV-02", text="x", due_on=day)
        made[f"{name}_request"] = asked.id
    add_file(session, owner.actor, asked.id, StoredFile("cd" * 32, 1, "application/pdf", "given.pdf"))
    give_evidence(session, owner.actor, asked.id, answer="x")
    write_message(session, owner.actor, audit.certification_id, message_id=uuid4(), text="x")
    return made


def add_vault(session: Session, reader_id: Any, audit_id: Any) -> dict[str, Any]:
    """Two signals, one of which may leave and did, and somebody who reads them."""
    session.add(VaultReader(person_id=reader_id, named_at=clock.now()))
    agency_id = session.get_one(Audit, audit_id).agency_id
    said = {"audit_id": audit_id, "agency_id": agency_id, "key": "x", "sealed": b"x", "written_at": clock.now()}
    stays, leaves = (VaultEntry(id=uuid4(), **said, may_leave=may) for may in (False, True))
    session.add_all([stays, leaves])
    session.flush()
    passed = {"receiver": Receiver.POLICE, "passed_by": reader_id, "passed_at": clock.now()}
    session.add(VaultPassing(entry_id=leaves.id, **passed))
    return {"vault_entry": stays.id, "vault_leaving": leaves.id}
