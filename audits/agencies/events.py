"""Events of the audit trail about an agency and its lists."""

from typing import Any

from audits.core.errors import N_
from audits.core.events import Code, EventData, forgettable


class AgencyRegistered(EventData, name="agency.register", words=N_("Agency registered")):
    """An agency registered itself, together with its first account."""


class AgencyEdited(EventData, name="agency.edit", words=N_("Details changed")):
    """Which fields of an agency changed; old and new values are {field: [old, new]} and can be forgotten."""

    fields: tuple[Code, ...]
    changes: dict[str, list[Any]] | None = forgettable(default=None)


class TradeRegisterAsked(EventData, name="agency.ask_register", words=N_("Trade register asked")):
    """Somebody asked the trade register about an agency. What it said is a proposal, and is not kept."""


class RowChanged(EventData):
    """Base of changes to a list row: the names of the fields, never their values."""

    fields: tuple[Code, ...]


class BranchAdded(EventData, name="branch.add", words=N_("Branch added")):
    """A place of business or a housing location was added."""


class BranchChanged(RowChanged, name="branch.change", words=N_("Branch changed")):
    """Fields of a branch changed."""


class BranchRemoved(EventData, name="branch.remove", words=N_("Branch removed")):
    """A branch was removed."""


class ControllingPersonAdded(EventData, name="controller.add", words=N_("Person in control added")):
    """A person in control was added; the event holds no name."""


class ControllingPersonChanged(RowChanged, name="controller.change", words=N_("Person in control changed")):
    """Fields of a person in control changed."""


class ControllingPersonRemoved(EventData, name="controller.remove", words=N_("Person in control removed")):
    """A person in control was removed."""


class ContactAdded(EventData, name="contact.add", words=N_("Contact added")):
    """A contact was added; the event holds no name."""


class ContactChanged(RowChanged, name="contact.change", words=N_("Contact changed")):
    """Fields of a contact changed."""


class ContactRemoved(EventData, name="contact.remove", words=N_("Contact removed")):
    """A contact was removed."""
