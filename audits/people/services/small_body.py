"""Say whether the certification body is a small one, in which a planner may also audit. The caller commits.

Off, nobody has both roles. On, a person with both audits what somebody else planned; nobody audits what they planned,
and nobody reviews or decides on what they audited, in any body.
"""

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import SYSTEM, Role
from audits.core.errors import RuleError
from audits.core.letters import check_reason
from audits.people.models import SmallBody
from audits.people.notices import SmallBodySet
from audits.people.queries import people_with, small_body
from audits.people.services.managing import tell_administrators

_APART = frozenset({Role.PLANNER, Role.INSPECTOR})


def set_small_body(session: Session, *, allowed: bool, because: str) -> SmallBody:
    """Turn the setting on or off, and tell all administrators.

    RuleError at `because` without a reason, and to turn it off while somebody has both roles.
    """
    check_reason(because, "because")
    both = [each.name for each in people_with(session, Role.PLANNER) if each.roles >= _APART]
    if both and not allowed:
        raise RuleError(
            "These people plan and audit: %(names)s. Take one of the two roles from them first.", names=", ".join(both)
        )
    said = SmallBody(allowed=allowed, because=because.strip(), said_at=clock.now())
    session.add(said)
    session.flush()
    tell_administrators(session, SYSTEM, SmallBodySet(allowed=allowed, because=said.because))
    return said


def check_apart(session: Session, roles: frozenset[Role]) -> None:
    """Raise RuleError at `roles` for a planner who is to audit too, unless the body is a small one."""
    said = small_body(session)
    if roles >= _APART and not (said and said.allowed):
        raise RuleError("Who plans audits does not audit, unless the setting for a small body is on.", field="roles")
