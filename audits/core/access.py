"""Access control: permissions per role in one table, and the actor as a value."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from audits.core.errors import NotAllowedError


class Role(StrEnum):
    """Roles of a person. A person may hold several; four-eyes rules are checked per case, not per role."""

    AGENCY_OWNER = "agency_owner"
    AGENCY_EDITOR = "agency_editor"
    AGENCY_SIGNATORY = "agency_signatory"
    INSPECTOR = "inspector"
    PLANNER = "planner"
    REVIEWER = "reviewer"
    DECIDER = "decider"
    SCHEME_MANAGER = "scheme_manager"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


AGENCY_ROLES = frozenset({Role.AGENCY_OWNER, Role.AGENCY_EDITOR, Role.AGENCY_SIGNATORY})
STAFF_ROLES = frozenset(Role) - AGENCY_ROLES - {Role.SYSTEM}


class Permission(StrEnum):
    """Permissions, named `subject:action`, in alphabetical order."""

    AGENCY_EDIT = "agency:edit"
    AGENCY_PEOPLE = "agency:people"
    AGENCY_VIEW = "agency:view"
    APPLICATION_EDIT = "application:edit"
    APPLICATION_LAPSE = "application:lapse"
    APPLICATION_REVIEW = "application:review"
    APPLICATION_SIGN = "application:sign"
    APPLICATION_VIEW = "application:view"
    AUDIT_CONDUCT = "audit:conduct"
    AUDIT_PLAN = "audit:plan"
    AUDIT_REVIEW = "audit:review"
    AUDIT_VIEW = "audit:view"
    CASES_VIEW = "cases:view"
    CERTIFICATE_CHANGE = "certificate:change"
    CERTIFICATE_ISSUE = "certificate:issue"
    CHANGE_CHECK = "change:check"
    DECISION_TAKE = "decision:take"
    DECISION_VIEW = "decision:view"
    DISPUTE_HANDLE = "dispute:handle"
    FIELDWORK_VIEW = "fieldwork:view"
    FINDING_ANSWER = "finding:answer"
    PERSON_MANAGE = "person:manage"
    OUTBOX_VIEW = "outbox_item:view"
    SCHEME_PUBLISH = "scheme:publish"
    SCHEME_VIEW = "scheme:view"
    SECURITY_LOG_VIEW = "security_log:view"
    SIGNAL_VIEW = "signal:view"
    INTEREST_DECLARE = "interest:declare"
    LETTER_POST = "letter:post"


P = Permission
_AGENCY_READS = {P.AGENCY_VIEW, P.APPLICATION_VIEW, P.AUDIT_VIEW, P.DECISION_VIEW}
_STAFF_READS = {
    P.AGENCY_VIEW,
    P.APPLICATION_VIEW,
    P.AUDIT_VIEW,
    P.DECISION_VIEW,
    P.FIELDWORK_VIEW,
    P.SCHEME_VIEW,
    P.CASES_VIEW,
    P.INTEREST_DECLARE,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.AGENCY_OWNER: frozenset(
        _AGENCY_READS | {P.AGENCY_EDIT, P.AGENCY_PEOPLE, P.APPLICATION_EDIT, P.FINDING_ANSWER}
    ),
    Role.AGENCY_EDITOR: frozenset(_AGENCY_READS | {P.AGENCY_EDIT, P.APPLICATION_EDIT, P.FINDING_ANSWER}),
    Role.AGENCY_SIGNATORY: frozenset(_AGENCY_READS | {P.APPLICATION_SIGN}),
    Role.INSPECTOR: frozenset((_STAFF_READS - {P.CASES_VIEW}) | {P.AUDIT_CONDUCT}),
    Role.PLANNER: frozenset(
        _STAFF_READS
        | {P.APPLICATION_REVIEW, P.AUDIT_PLAN, P.CHANGE_CHECK, P.DISPUTE_HANDLE, P.SIGNAL_VIEW, P.LETTER_POST}
    ),
    Role.REVIEWER: frozenset(_STAFF_READS | {P.AUDIT_REVIEW, P.DISPUTE_HANDLE}),
    Role.DECIDER: frozenset(_STAFF_READS | {P.DECISION_TAKE, P.CERTIFICATE_CHANGE, P.DISPUTE_HANDLE}),
    Role.SCHEME_MANAGER: frozenset({P.SCHEME_VIEW, P.SCHEME_PUBLISH}),
    Role.ADMINISTRATOR: frozenset({P.PERSON_MANAGE, P.OUTBOX_VIEW, P.SECURITY_LOG_VIEW}),
    Role.SYSTEM: frozenset({P.APPLICATION_LAPSE, P.CERTIFICATE_ISSUE}),
}


class ActorKind(StrEnum):
    """Kinds of actors: a person with an account, the system itself, or an anonymous visitor."""

    PERSON = "person"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor on whose behalf code runs; only for a person is the id that of a row."""

    id: UUID
    roles: frozenset[Role]
    agency_id: UUID | None = None
    kind: ActorKind = ActorKind.PERSON

    def has(self, permission: Permission) -> bool:
        """Return whether any role of the actor grants the permission."""
        return any(permission in GRANTS[role] for role in self.roles)


# Constants that no person has as id, so that neither can be confused with one.
_NOBODY = UUID(int=0)
SYSTEM = Actor(_NOBODY, frozenset({Role.SYSTEM}), kind=ActorKind.SYSTEM)
ANONYMOUS = Actor(_NOBODY, frozenset(), kind=ActorKind.ANONYMOUS)


class Subject(Protocol):
    """A thing that decides whether an actor may see it."""

    def is_visible_to(self, actor: Actor) -> bool:
        """Return whether the actor may see it."""
        ...


def authorise(actor: Actor, permission: Permission, subject: Subject | None = None) -> None:
    """Raise unless a role grants the permission and the subject is visible to the actor."""
    if not actor.has(permission) or (subject is not None and not subject.is_visible_to(actor)):
        raise NotAllowedError("You may not do this.")
