"""What people do with the facts about an agency; registering one with its first account is in `people.registration`."""

from audits.agencies.services.details import edit_agency, enter_agency
from audits.agencies.services.lists import (
    add_branch,
    add_contact,
    add_controlling_person,
    change_branch,
    change_contact,
    change_controlling_person,
    remove_branch,
    remove_contact,
    remove_controlling_person,
)

__all__ = [
    "add_branch",
    "add_contact",
    "add_controlling_person",
    "change_branch",
    "change_contact",
    "change_controlling_person",
    "edit_agency",
    "enter_agency",
    "remove_branch",
    "remove_contact",
    "remove_controlling_person",
]
