"""Ask the agency for a list, and keep one that waits to be fixed. The caller commits."""

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import Code
from audits.core.notices import tell_agency, tell_person
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.draws import find_fixed, find_offer
from audits.inspections.events import ListAsked, ListGiven
from audits.inspections.models import Audit, ListOffer
from audits.inspections.notices import ListAsked as ListAskedNotice
from audits.inspections.notices import ListGiven as ListGivenNotice
from audits.inspections.services.course import load_fieldwork, record
from audits.inspections.services.drawing import NOTHING, About, check_period, drawn_kind, remove_offer
from audits.inspections.tables import Table, admitted


def ask_list(session: Session, actor: Actor, audit_id: UUID, unit: str) -> ListOffer:
    """Ask the agency for a list: never of those who speak in confidence, and only where it knows of the audit."""
    audit = load_fieldwork(session, actor, audit_id)
    kind = drawn_kind(scheme_of_audit(audit), unit)
    if kind.confidential:
        raise IllegalMoveError("We speak to these in confidence. Their list does not come from the agency.")
    if not audit.is_known_to_agency:
        raise IllegalMoveError("The agency does not know of this audit.")
    _check_open(session, audit, unit)
    remove_offer(session, audit.id, unit)
    asked = _add(session, audit, unit, asked_at=clock.now())
    record(session, actor, audit, ListAsked(unit=Code(unit)))
    tell_agency(session, audit.agency_id, ListAskedNotice(reference=audit.reference))
    return asked


def offer_list(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    unit: str,
    table: Table,
    *,
    file_name: str = "",
    about: About = NOTHING,
) -> ListOffer:
    """Keep a list until it is fixed, in place of one that was there. RuleError for one that says who people are.

    An agency gives what it was asked for, and can give another until the list is fixed; the inspector is told. A
    list of the inspector ends the question to the agency, which never sees it.
    """
    if actor.agency_id is None:
        audit = load_fieldwork(session, actor, audit_id)
        drawn_kind(scheme_of_audit(audit), unit)
        _check_open(session, audit, unit)
        remove_offer(session, audit.id, unit)
        offer = _add(session, audit, unit, **_given(actor, table, file_name, about))
    else:
        authorise(actor, Permission.FINDING_ANSWER)
        found = find_offer(session, audit_id, unit)
        if found is None or found.asked_at is None:
            raise NotFoundError("There is no such list.")
        offer, audit = found, session.get_one(Audit, audit_id)
        if not table.rows:
            raise RuleError("There is nothing in this list.", "references")
        for name, value in _given(actor, table, file_name, about).items():
            setattr(offer, name, value)
        session.flush()
        record(session, actor, audit, ListGiven(unit=Code(unit), rows=len(table.rows)))
        tell_person(session, audit.inspector_id, ListGivenNotice(reference=audit.reference), subject_id=audit.id)
    return offer


def _given(actor: Actor, table: Table, file_name: str, about: About) -> dict[str, object]:
    check_period(about)
    clean, dropped = admitted(table)
    return {
        "content": clean.plain(),
        "dropped": dropped,
        "file_name": "".join(filter(str.isprintable, file_name))[:200],
        "source": about.source,
        "first_day": about.first_day,
        "last_day": about.last_day,
        "given_by": actor.id,
        "given_at": clock.now(),
    }


def _add(session: Session, audit: Audit, unit: str, **values: object) -> ListOffer:
    session.execute(insert(ListOffer).values(audit_id=audit.id, unit=unit, agency_id=audit.agency_id, **values))
    return session.get_one(ListOffer, (audit.id, unit), populate_existing=True)


def _check_open(session: Session, audit: Audit, unit: str) -> None:
    if find_fixed(session, audit.id, unit):
        raise IllegalMoveError("This list is fixed already and cannot change.")
