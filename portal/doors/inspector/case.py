"""The blueprint of the pages for inspectors, and the case that each page loads."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort

from audits.core.access import Permission
from audits.inspections.assignment import hand_in
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.models import Audit
from audits.inspections.queries import get_audit
from audits.inspections.workflow import AUDIT_FLOW, AuditState
from audits.schemes.text import Requirement, SchemeText
from portal.stores import database
from portal.web.access import current_actor

FIELDWORK = AUDIT_FLOW.waiting_for(Permission.AUDIT_CONDUCT)

bp = Blueprint("inspector", __name__, url_prefix="/inspector")


@dataclass(frozen=True, slots=True)
class Case:
    """An audit with its scheme, and whether this person leads it or judges in it; if neither, they read it."""

    audit: Audit
    scheme: SchemeText
    is_own: bool
    judges: bool

    @property
    def is_mine(self) -> bool:
        """Return whether this person is the inspector, and nobody's deputy or companion."""
        return self.audit.inspector_id == current_actor().id

    @property
    def is_open(self) -> bool:
        """Return whether this person can record verdicts and remarks now."""
        return self.judges and self.audit.state is AuditState.IN_PROGRESS

    @property
    def is_led(self) -> bool:
        """Return whether this person can draw samples, confirm the scope and report now."""
        return self.is_own and self.audit.state is AuditState.IN_PROGRESS

    @property
    def moves(self) -> frozenset[str]:
        """Return the moves that its inspector can make now."""
        actor = current_actor()
        open_moves = AUDIT_FLOW.open_moves(self.audit.state) if self.is_own else []
        return frozenset(move.name for move in open_moves if actor.has(move.permission))

    @property
    def may_reveal(self) -> bool:
        """Return whether its inspector can make it known to the agency now."""
        return self.is_own and self.audit.state in FIELDWORK and not self.audit.is_known_to_agency

    def requirement(self, code: str) -> Requirement:
        """Return a requirement of this scheme, or 404."""
        try:
            return self.scheme.requirement(code)
        except KeyError:
            abort(404)


def open_case(audit_id: UUID, *, whole_agency: bool = False) -> Case:
    """Return the case of an audit that this person may see, or 404."""
    actor = current_actor()
    audit = get_audit(database.read(), actor, audit_id, whole_agency=whole_agency)
    hand = hand_in(database.read(), actor, audit)
    return Case(audit, scheme_of_audit(audit), hand.leads, hand.judges)
