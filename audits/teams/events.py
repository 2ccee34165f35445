"""Events of the audit trail about the team of an audit."""

from uuid import UUID

from audits.core.errors import N_
from audits.core.events import EventData, forgettable
from audits.inspections.workflow import AuditState
from audits.teams.rules import TeamRole


class TeamJoined(EventData, name="audit.join_team", words=N_("Somebody joined the team")):
    """A person goes along in the audit."""

    after: AuditState
    person: UUID
    role: TeamRole


class TeamLeft(EventData, name="audit.leave_team", words=N_("Somebody left the team")):
    """A person no longer goes along, with the reason."""

    after: AuditState
    person: UUID
    role: TeamRole
    reason: str = forgettable()
