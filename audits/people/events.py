"""What is told of people: ids and roles, never a name."""

from audits.core.access import Role
from audits.core.errors import N_
from audits.core.events import Code, EventData


class PersonInvited(EventData, name="person.invite", words=N_("Person invited")):
    """An account, with the roles that it has from then on."""

    after: tuple[Role, ...]


class RolesSet(EventData, name="person.set_roles", words=N_("Roles changed")):
    """The roles before and after."""

    before: tuple[Role, ...]
    after: tuple[Role, ...]


class PersonRetired(EventData, name="person.retire", words=N_("Account ended")):
    """The roles that ended with it."""

    before: tuple[Role, ...]


class ProfileEdited(EventData, name="person.edit", words=N_("Profile changed")):
    """Which fields of the own profile."""

    fields: tuple[Code, ...]


class InterestDeclared(EventData, name="tie.declare", words=N_("Interest declared")):
    """In which agency, the event says; of what nature, the row of the interest does."""
