"""Compute the public status of an agency on a day, and its history. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from certificates.lifecycle.rules import RELIABLE, Status, status_on, why
from certificates.lifecycle.workflow import COUNTS, CertificateState

APPLIED_MONTHS = 3
"""How long an accepted application is shown where the scheme (edition 1) does not say, so that nobody relies on it."""


Ground = Mapping[str, str]  # its code, and its words in every language


@dataclass(frozen=True, slots=True)
class Terms:
    """What the history needs of a certificate."""

    number: str
    conditional: bool
    valid_until: date


@dataclass(frozen=True, slots=True)
class Change:
    """A move of a certificate, on its date in Amsterdam."""

    certificate_id: UUID
    state: CertificateState
    reason: str  # of changes from before grounds had codes
    on: date
    grounds: tuple[Ground, ...] = ()
    provisional: bool = False  # a suspension that a second decider confirms or ends
    excepted: Mapping[str, Any] = field(default_factory=dict)  # a `Scope`, as codes: what is suspended in part


@dataclass(frozen=True, slots=True)
class Line:
    """The status of an agency from this day on."""

    on: date
    status: Status
    number: str
    reason: str
    grounds: tuple[Ground, ...] = ()
    provisional: bool = False
    excepted: Mapping[str, Any] = field(default_factory=dict)

    def why(self, language: str) -> str:
        """Return the public reason."""
        return why(self.reason, self.grounds, language)


def agency_status(
    day: date,
    state: CertificateState | None,
    *,
    conditional: bool,
    valid_until: date | None,
    applied_until: date | None,
) -> Status:
    """Return the status of an agency: that of its newest certificate, else whether it has applied."""
    if state is None or valid_until is None:
        return Status.APPLIED if is_applying(day, applied_until) else Status.NONE
    return status_on(day, state, conditional=conditional, valid_until=valid_until)


def is_applying(day: date, until: date | None) -> bool:
    """Return whether an application that is shown until that day is still shown."""
    return until is not None and day <= until


def may_rely(status: Status) -> bool:
    """Return whether a hirer may rely on an agency of this status, perhaps with conditions or except for a part."""
    return status in RELIABLE


def course(certificates: Mapping[UUID, Terms], changes: Iterable[Change], day: date) -> list[Line]:
    """Return the statuses up to `day`, oldest first, with expiries, which have no row, inserted."""
    lines: list[Line] = []
    running: Terms | None = None  # the certificate that will expire unless something happens first
    for change in changes:
        terms = certificates[change.certificate_id]
        lines += _ended(running, change.on)
        running = terms if change.state in COUNTS and change.on <= terms.valid_until else None
        if change.state is not CertificateState.REPLACED:  # the new certificate has a status of its own
            status = status_on(change.on, change.state, conditional=terms.conditional, valid_until=terms.valid_until)
            said = (change.reason, change.grounds, change.provisional, change.excepted)
            lines.append(Line(change.on, status, terms.number, *said))
    return lines + _ended(running, day)


def state_on(certificates: Mapping[UUID, Terms], changes: Iterable[Change], day: date, known: date) -> Line | None:
    """Return what held on `day` as the register knew it on `known`; None when it knew of no certificate.

    Whoever asked on the earlier of the two days knew no later change, and of the end of a term only the plan.
    """
    lines = course(certificates, [change for change in changes if change.on <= min(day, known)], day)
    return lines[-1] if lines else None


def in_camels(name: str) -> str:
    """Return the name that a stored value has in the open data: `due_on` is dueOn."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def since(lines: list[Line]) -> date | None:
    """Return the day since which the last status has held without interruption."""
    start = None
    for line in reversed(lines):
        if line.status is not lines[-1].status:
            break
        start = line.on
    return start


def _ended(running: Terms | None, day: date) -> list[Line]:
    if running is None or day <= running.valid_until:
        return []
    return [Line(running.valid_until + timedelta(days=1), Status.EXPIRED, running.number, "")]
