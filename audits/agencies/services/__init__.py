"""Services that change an agency. To register one with its first account: `people.registration`."""

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
