"""What a certificate is worth on a given day. Plain values in, plain values out."""

import calendar
from datetime import date, timedelta
from enum import StrEnum

from certificates.lifecycle.workflow import CertificateState


class Status(StrEnum):
    """What the public reads. Computed from state and calendar, never stored apart from them."""

    APPLIED = "applied"
    CERTIFIED = "certified"
    CONDITIONAL = "conditional"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NONE = "none"


RELIABLE = frozenset({Status.CERTIFIED, Status.CONDITIONAL})


def status_on(day: date, state: CertificateState, *, conditional: bool, valid_until: date) -> Status:
    """The status on `day`; a withdrawal or suspension outweighs the end of validity."""
    match state:
        case CertificateState.WITHDRAWN:
            return Status.WITHDRAWN
        case CertificateState.SUSPENDED:
            return Status.SUSPENDED
        case CertificateState.REPLACED:
            return Status.EXPIRED
        case CertificateState.ISSUING:
            return Status.APPLIED
        case CertificateState.ACTIVE:
            if day > valid_until:
                return Status.EXPIRED
            return Status.CONDITIONAL if conditional else Status.CERTIFIED


def valid_until(valid_from: date, months: int) -> date:
    """The last valid day: `months` after the first, less a day; a shorter month ends on its last day."""
    years, month = divmod(valid_from.month - 1 + months, 12)
    year, month = valid_from.year + years, month + 1
    day = min(valid_from.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) - timedelta(days=1)


def certificate_number(year: int, serial: int) -> str:
    """`KW-2026-00001-58`: year, gap-free serial of that year, two check digits (ISO/IEC 7064 MOD 97-10)."""
    return f"KW-{year}-{serial:05d}-{check_digits(f'{year}{serial:05d}')}"


def check_digits(digits: str) -> str:
    """Two check digits after ISO/IEC 7064, MOD 97-10: every single error and every swap of neighbours is caught."""
    return f"{98 - int(digits + '00') % 97:02d}"


def is_number(text: str) -> bool:
    """Whether a typed number can be one of ours; guards against a slip of the finger."""
    parts = text.strip().upper().split("-")
    match parts:
        case ["KW", year, serial, check] if (year + serial).isascii() and (year + serial).isdigit():
            return check_digits(year + serial) == check
        case _:
            return False


def public_id(country: str, register_number: str) -> str:
    """The permanent name of an agency in the register: `nl-12345678`. A new number is another legal entity."""
    bare = "".join(char for char in register_number if char.isalnum())
    return f"{country}-{bare}".lower()
