"""What is told of the facts about an agency."""

from typing import Any

from audits.core.errors import N_
from audits.core.events import Code, EventData, forgettable


class AgencyRegistered(EventData, name="agency.register", words=N_("Agency registered")):
    """It came in from the street, with its first account."""


class AgencyEdited(EventData, name="agency.edit", words=N_("Details changed")):
    """Which fields changed; what they held and hold, as {field: [old, new]}, can be forgotten."""

    fields: tuple[Code, ...]
    changes: dict[str, list[Any]] | None = forgettable(default=None)


class RowChanged(EventData):
    """Which fields of a branch, a person in control or a contact changed. What they hold is told nowhere."""

    fields: tuple[Code, ...]


class BranchAdded(EventData, name="branch.add", words=N_("Branch added")):
    """A place of business or a housing location."""


class BranchChanged(RowChanged, name="branch.change", words=N_("Branch changed")):
    """Some of its fields."""


class BranchRemoved(EventData, name="branch.remove", words=N_("Branch removed")):
    """The row is gone."""


class ControllingPersonAdded(EventData, name="controller.add", words=N_("Person in control added")):
    """Who it is, is told nowhere."""


class ControllingPersonChanged(RowChanged, name="controller.change", words=N_("Person in control changed")):
    """Some of the fields."""


class ControllingPersonRemoved(EventData, name="controller.remove", words=N_("Person in control removed")):
    """The row is gone."""


class ContactAdded(EventData, name="contact.add", words=N_("Contact added")):
    """Who it is, is told nowhere."""


class ContactChanged(RowChanged, name="contact.change", words=N_("Contact changed")):
    """Some of the fields."""


class ContactRemoved(EventData, name="contact.remove", words=N_("Contact removed")):
    """The row is gone."""
