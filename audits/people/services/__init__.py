"""Services that change people."""

from audits.people.services.absences import end_absence, record_absence
from audits.people.services.accounts import (
    appoint_administrator,
    edit_profile,
    end_unused,
    invite_again,
    invite_first_owner,
    invite_person,
    retire_person,
)
from audits.people.services.competences import end_competence, record_competence
from audits.people.services.groups import state_group
from audits.people.services.interests import correct_interest, declare_interest, record_interest
from audits.people.services.roles import confirm_role, decline_role, set_roles
from audits.people.services.small_body import set_small_body

__all__ = [
    "appoint_administrator",
    "confirm_role",
    "correct_interest",
    "declare_interest",
    "decline_role",
    "edit_profile",
    "end_absence",
    "end_competence",
    "end_unused",
    "invite_again",
    "invite_first_owner",
    "invite_person",
    "record_absence",
    "record_competence",
    "record_interest",
    "retire_person",
    "set_roles",
    "set_small_body",
    "state_group",
]
