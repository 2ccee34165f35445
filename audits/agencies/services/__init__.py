"""What people do with the facts about an agency; registering one with its first account is in `people.registration`."""

from audits.agencies.services.details import edit_agency, enter_agency
from audits.agencies.services.lists import (
    add_branch,
    add_contact,
    add_controller,
    change_branch,
    change_contact,
    change_controller,
    remove_branch,
    remove_contact,
    remove_controller,
)

__all__ = [
    "add_branch",
    "add_contact",
    "add_controller",
    "change_branch",
    "change_contact",
    "change_controller",
    "edit_agency",
    "enter_agency",
    "remove_branch",
    "remove_contact",
    "remove_controller",
]
