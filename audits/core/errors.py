"""Failures that a person can cause. The portal turns each class into one HTTP status and translates the message."""

from typing import Protocol


def N_(text: str) -> str:  # noqa: N802  # the name that gettext knows
    """Mark a text for translation and return it unchanged; it is translated where it is shown."""
    return text


class DomainError(Exception):
    """Base of all expected failures.

    `message` is a complete English sentence with `%(name)s` placeholders; it is the key of its translation.
    """

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params


class NotFoundError(DomainError):
    """The thing does not exist, or this actor must not learn that it does."""


class Stored(Protocol):
    """A class mapped to a table."""

    __tablename__: str


_MISSING = {
    "absence": N_("There is no such absence."),
    "agency": N_("There is no such agency."),
    "agency_change": N_("There is no such change."),
    "answer": N_("There is no such answer."),
    "agency_change_file": N_("There is no such file."),
    "link_report": N_("There is no such report."),
    "link_hit": N_("There is no such question."),
    "appeal": N_("There is no such appeal."),
    "application": N_("There is no such application."),
    "audit": N_("There is no such audit."),
    "audit_day": N_("There is no such day."),
    "cell_file": N_("There is no such file."),
    "certificate": N_("There is no such certificate."),
    "competence": N_("There is no such competence."),
    "complaint": N_("There is no such complaint."),
    "condition": N_("There is no such condition."),
    "condition_file": N_("There is no such file."),
    "decision": N_("There is no such decision."),
    "remark": N_("There is no such remark."),
    "question_comment": N_("There is no such comment."),
    "question_remark": N_("There is no such remark."),
    "decision_proposal": N_("There is no such proposal."),
    "document": N_("There is no such document."),
    "evidence": N_("There is no such file."),
    "case_message": N_("There is no such message."),
    "evidence_request": N_("There is no such request."),
    "file_plea": N_("There is no such file."),
    "follow": N_("This list is not kept any more. Whoever stops is forgotten."),
    "letter": N_("There is no such letter."),
    "finding": N_("There is no such finding."),
    "person": N_("There is no such person."),
    "tie": N_("There is no such tie."),
    "role_request": N_("There is no such request."),
    "scheme_proposal": N_("There is no such proposal."),
    "signal": N_("There is no such signal."),
    "authority_signal": N_("There is no such signal."),
    "vault_entry": N_("There is no such signal."),
    "team_objection": N_("There is no such objection."),
    "team_member": N_("This person is not in the team."),
    "staff_note": N_("There is no such note."),
    "scheme_version": N_("There is no such version of the norm."),
}


def missing(kind: type[Stored]) -> NotFoundError:
    """Return the error for a row of this kind that does not exist or that the actor may not see."""
    return NotFoundError(_MISSING[kind.__tablename__])


class NotAllowedError(DomainError):
    """The actor lacks the permission for this subject."""


class IllegalMoveError(DomainError):
    """The workflow has no such move from the present state."""


class RuleError(DomainError):
    """A rule is broken; `field` names the form field where the message belongs, if any."""

    def __init__(self, message: str, field: str | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field
