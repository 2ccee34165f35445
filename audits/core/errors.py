"""Failures that a person can cause. The portal turns each class into one HTTP status and translates the message."""


def N_(text: str) -> str:  # noqa: N802  # the name that gettext knows
    """Mark a sentence for translation where it is not yet said; it stays as it is."""
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
    """The thing does not exist, or this actor may not know that it does."""


class NotAllowedError(DomainError):
    """The actor lacks the permission for this subject."""


class IllegalMoveError(DomainError):
    """The workflow has no such move from the current state."""


class RuleError(DomainError):
    """A rule is broken; `field` names the form field to show it at, if any."""

    def __init__(self, message: str, field: str | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field
