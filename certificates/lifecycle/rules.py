"""Compute status, validity and numbers of certificates. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from audits.core.calendar import months_after
from audits.core.errors import N_
from audits.core.languages import in_language
from certificates.lifecycle.workflow import COUNTS, CertificateState


class Status(StrEnum):
    """Public statuses, computed from state and date, never stored on their own.

    A new status needs a row in STATUSES, a rule in `status_on` or in the register, and one in the register's search.
    """

    APPLIED = "applied"
    CERTIFIED = "certified"
    CONDITIONAL = "conditional"
    PARTLY_SUSPENDED = "partly_suspended"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    REPLACED = "replaced"
    EXPIRED = "expired"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """Presentation of a status. Texts are keys of the catalogues; colour only repeats shape and word."""

    label: str
    colour: str  # a colour of the brand
    shape: str  # a drawing in `press/templates/mark.html`
    answer: str  # answer to "can I rely on this agency?"
    sentence: str  # what the status means for the agency
    reliable: bool = False  # reliable, perhaps with conditions or except for a part
    listed: bool = True  # shown in the search of the register

    @property
    def meaning(self) -> str:
        """Return the explanation for open data: what the status means, and whether to rely on it."""
        return f"{self.sentence} It may be relied on." if self.reliable else self.sentence


_GREY = "#505a66"
STATUSES: Mapping[Status, StatusFacts] = {
    Status.APPLIED: StatusFacts(
        label=N_("Applied, not certified"),
        colour="#3f5b7a",
        shape="dotted",
        answer=N_("Not yet. The agency has applied, and nothing is decided."),
        sentence=N_("The agency has applied. Nothing is decided yet."),
    ),
    Status.CERTIFIED: StatusFacts(
        label=N_("Certified"),
        colour="#0b6e4f",
        shape="whole",
        answer=N_("Yes. This agency is certified today."),
        sentence=N_("This agency meets the requirements of the norm."),
        reliable=True,
    ),
    Status.CONDITIONAL: StatusFacts(
        label=N_("Certified with conditions"),
        colour="#8a5a00",
        shape="notched",
        answer=N_("Yes, with conditions."),
        sentence=N_("This agency has a certificate, and must meet conditions."),
        reliable=True,
    ),
    Status.PARTLY_SUSPENDED: StatusFacts(
        label=N_("Suspended in part"),
        colour="#8a5a00",
        shape="halved",
        answer=N_("Yes, except for a part that is suspended."),
        sentence=N_("The certificate counts, except for a part of what it covers, which is suspended for now."),
        reliable=True,
    ),
    Status.SUSPENDED: StatusFacts(
        label=N_("Suspended"),
        colour="#a61b1b",
        shape="barred",
        answer=N_("No. The certificate is suspended for now."),
        sentence=N_("The certificate does not count for now."),
    ),
    Status.WITHDRAWN: StatusFacts(
        label=N_("Withdrawn"),
        colour="#7a1414",
        shape="crossed",
        answer=N_("No. The certificate was withdrawn."),
        sentence=N_("The certificate was taken back and does not count any more."),
    ),
    Status.ENDED: StatusFacts(
        label=N_("Ended"),
        colour=_GREY,
        shape="outline",
        answer=N_("No. The agency has given up its certificate."),
        sentence=N_("The agency gave up the certificate itself. It does not count any more."),
    ),
    Status.REPLACED: StatusFacts(
        label=N_("Replaced"),
        colour=_GREY,
        shape="outline",
        answer=N_("No. The certificate was replaced by a newer one."),
        sentence=N_("The agency has a newer certificate. This one does not count any more."),
        listed=False,
    ),
    Status.EXPIRED: StatusFacts(
        label=N_("Expired"),
        colour=_GREY,
        shape="outline",
        answer=N_("No. The certificate has expired."),
        sentence=N_("The certificate has ended and does not count any more."),
    ),
    Status.NONE: StatusFacts(
        label=N_("Not certified"),
        colour=_GREY,
        shape="outline",
        answer=N_("No. This agency is not certified."),
        sentence=N_("There is no certificate for this agency."),
        listed=False,
    ),
}
"""The one table of public statuses, used by pages, documents, style sheet, search and open data."""


class Fate(StrEnum):
    """What becomes of the certificate of a holder who was audited; each is a kind of decision."""

    SUSPEND = "suspend"
    WITHDRAW = "withdraw"
    MAINTAIN = "maintain"
    LIFT = "lift"
    EXTEND_SCOPE = "extend_scope"
    CLOSE = "close"


def fates(state: CertificateState) -> tuple[Fate, ...]:
    """Return what may become of the certificate of a refused holder. One that is suspended stays so if it is kept."""
    if state is CertificateState.SUSPENDED:
        return (Fate.WITHDRAW, Fate.MAINTAIN)
    return (Fate.SUSPEND, Fate.WITHDRAW, Fate.MAINTAIN)


def ways_to_end(state: CertificateState | None, *, extends: bool = False) -> tuple[Fate, ...]:
    """Return the decisions that end an audit of a holder whose certificate is in this state, mildest first.

    None: the certificate is gone meanwhile. `extends`: the audit was for more scope, and nothing in it is against that.
    """
    if state is None:
        return (Fate.CLOSE,)
    if state is CertificateState.ACTIVE and extends:
        return (Fate.EXTEND_SCOPE, Fate.MAINTAIN, Fate.SUSPEND, Fate.WITHDRAW)
    if state is CertificateState.SUSPENDED:
        return (Fate.LIFT, Fate.MAINTAIN, Fate.WITHDRAW)
    if state is CertificateState.PARTLY_SUSPENDED:
        return (Fate.LIFT, Fate.MAINTAIN, Fate.SUSPEND, Fate.WITHDRAW)
    return (Fate.MAINTAIN, Fate.SUSPEND, Fate.WITHDRAW)


RELIABLE = frozenset(status for status, facts in STATUSES.items() if facts.reliable)
_SHAPES = {status.value: facts.shape for status, facts in STATUSES.items()}
LISTED = tuple(status for status, facts in STATUSES.items() if facts.listed)


def shape_of(code: str) -> str:
    """Return the shape of a status; unknown codes get an outline."""
    return _SHAPES.get(code, "outline")


def why(reason: str, grounds: Iterable[Mapping[str, str]], language: str) -> str:
    """Return the public reason of a change: the words of its grounds, or a text from before grounds had codes."""
    return " ".join(in_language(ground, language) for ground in grounds) or reason


_FIXED = {
    CertificateState.ISSUING: Status.APPLIED,
    CertificateState.SUSPENDED: Status.SUSPENDED,
    CertificateState.WITHDRAWN: Status.WITHDRAWN,
    CertificateState.ENDED: Status.ENDED,
    CertificateState.REPLACED: Status.REPLACED,
}


def status_on(day: date, state: CertificateState, *, conditional: bool, valid_until: date) -> Status:
    """Return the status on `day`; what was decided takes precedence over expiry."""
    if state not in COUNTS:
        return _FIXED[state]
    if day > valid_until:
        return Status.EXPIRED
    if state is CertificateState.PARTLY_SUSPENDED:
        return Status.PARTLY_SUSPENDED
    return Status.CONDITIONAL if conditional else Status.CERTIFIED


def valid_until(valid_from: date, months: int) -> date:
    """Return the last valid day: `months` after the first, minus one day, at most the end of that month."""
    return months_after(valid_from, months) - timedelta(days=1)


def renewed_until(today: date, months: int, held_until: date | None, window_days: int) -> date:
    """Return the last valid day of a certificate from `today`.

    One that renews another within its last `window_days` runs on from the old last day, so that nobody loses days by
    being early.
    """
    early = held_until is not None and held_until - timedelta(days=window_days) <= today <= held_until
    return valid_until(held_until + timedelta(days=1) if early and held_until else today, months)


def certificate_number(year: int, serial: int) -> str:
    """Format `KW-2026-00001-58`: year, gap-free serial of that year, two check digits (ISO/IEC 7064 MOD 97-10)."""
    return f"KW-{year}-{serial:05d}-{check_digits(f'{year}{serial:05d}')}"


def series_of(year: int) -> str:
    """Return the name of the series that the numbers of a year are counted in."""
    return f"certificate-{year}"


def place_of(number: str) -> tuple[str, int]:
    """Return series and serial of a certificate number."""
    _, year, serial, _ = number.split("-")
    return series_of(int(year)), int(serial)


def check_digits(digits: str) -> str:
    """Return two check digits by ISO/IEC 7064 MOD 97-10, which detect every single error and transposition."""
    return f"{98 - int(digits + '00') % 97:02d}"


def is_number(text: str) -> bool:
    """Return whether a typed number has the form and check digits of a certificate number."""
    parts = text.strip().upper().split("-")
    match parts:
        case ["KW", year, serial, check] if (year + serial).isascii() and (year + serial).isdigit():
            return check_digits(year + serial) == check
        case _:
            return False


def public_id(country: str, register_number: str) -> str:
    """Return the permanent name of an agency: `nl-12345678`. Another register number is another legal entity."""
    bare = "".join(char for char in register_number if char.isalnum())
    return f"{country}-{bare}".lower()
