"""Events of the audit trail about people: ids and roles, never names."""

from datetime import date
from uuid import UUID

from audits.core.access import Role
from audits.core.errors import N_
from audits.core.events import Code, EventData
from audits.people.rules import CompetenceKind


class PersonInvited(EventData, name="person.invite", words=N_("Person invited")):
    """A person was invited, with these roles."""

    after: tuple[Role, ...]


class RolesSet(EventData, name="person.set_roles", words=N_("Roles changed")):
    """The roles of a person changed."""

    before: tuple[Role, ...]
    after: tuple[Role, ...]


class RolesRequested(EventData, name="person.ask_roles", words=N_("Roles asked for that need a second person")):
    """These roles were asked for, which need a second person."""

    roles: tuple[Role, ...]


class RoleConfirmed(EventData, name="person.confirm_role", words=N_("Role confirmed by a second person")):
    """A second administrator confirmed a role, and the roles of the person changed."""

    before: tuple[Role, ...]
    after: tuple[Role, ...]


class RoleDeclined(EventData, name="person.decline_role", words=N_("Role declined or no longer asked for")):
    """A role that was asked for was declined or withdrawn."""

    role: Role


class InvitationRepeated(EventData, name="person.remind_invitation", words=N_("Invitation sent again")):
    """Nobody used the invitation in time, so the clock sent a new link, once."""


class PersonRetired(EventData, name="person.retire", words=N_("Account ended")):
    """A person was retired, and lost these roles."""

    before: tuple[Role, ...]


class ProfileEdited(EventData, name="person.edit", words=N_("Profile changed")):
    """A person changed these fields of the own profile."""

    fields: tuple[Code, ...]


class InterestRecorded(EventData, name="tie.record", words=N_("Interest recorded by the office")):
    """The office recorded an interest of a person in the agency of the event; the row says which, and from where."""

    person: UUID


class AbsenceRecorded(EventData, name="absence.record", words=N_("Absence recorded")):
    """Somebody is away, and somebody else stands in."""

    person: UUID
    deputy: UUID
    first_day: date
    last_day: date


class AbsenceEnded(EventData, name="absence.end", words=N_("Absence ended")):
    """Somebody is back, or will not be away."""

    person: UUID
    deputy: UUID


class CompetenceRecorded(EventData, name="competence.record", words=N_("Competence recorded")):
    """Somebody who manages people recorded a competence of a person; the row says which."""

    person: UUID
    kind: CompetenceKind
    until: date | None


class CompetenceEnded(EventData, name="competence.end", words=N_("Competence ended")):
    """A competence of a person counts no longer, or never did."""

    person: UUID
    kind: CompetenceKind


class InterestCorrected(EventData, name="tie.correct", words=N_("Interest corrected by the office")):
    """The office put another row in the place of an interest in the agency of the event."""

    person: UUID
    supersedes: UUID


class GroupStated(EventData, name="group.state", words=N_("Group of companies stated by the office")):
    """The office stated which group an agency belongs to; the row says which, and from where."""


class InterestDeclared(EventData, name="tie.declare", words=N_("Interest declared")):
    """A person declared an interest in the agency of the event; its nature is only in the row."""
