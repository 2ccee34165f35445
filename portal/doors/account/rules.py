"""Rules of signing in: lifetimes, password policy, limits on attempts. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from audits.core.errors import RuleError
from certificates.register.places import province_of_towns


class Purpose(StrEnum):
    """Purposes of links sent by mail."""

    INVITATION = "invitation"
    RESET = "reset"
    ADDRESS = "address"  # to the new address of an account
    OBJECTION = "objection"  # to the one before


IDLE = timedelta(minutes=60)
LIFETIME = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
HELD_FOR = timedelta(hours=12)  # what was sent after the end of a session
INVITATION_ENDS = timedelta(days=30)  # an account that was never used until then is ended
TOKEN_LIFETIME = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
    Purpose.ADDRESS: timedelta(days=1),
    Purpose.OBJECTION: timedelta(days=7),
}

PASSWORD_MIN = 12
PASSWORD_MAX = 200
_PART_MIN = 4
_FEWEST_SIGNS = 5  # different ones

_SHORT_WORDS = frozenset(["abc", "zaq", "psv"])  # beside the list, which has none under four letters
_FOR_LETTERS = str.maketrans("@4310$57", "aaeiosst")
_OUTSIDE = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_DIGITS = "1234567890" * (PASSWORD_MAX // 10 + 1)
_RUNS = (_DIGITS, _DIGITS[::-1], "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Limit:
    """The number of free attempts, and the wait after them, which doubles up to a maximum."""

    free: int
    wait: timedelta
    longest: timedelta


# A known device has its own bucket, so that a stranger's guessing never locks out the owner.
LIMITS = {
    "device": Limit(free=5, wait=timedelta(seconds=30), longest=timedelta(minutes=15)),
    "pair": Limit(free=5, wait=timedelta(seconds=30), longest=timedelta(minutes=15)),
    "address": Limit(free=40, wait=timedelta(seconds=30), longest=timedelta(minutes=15)),
    "account": Limit(free=20, wait=timedelta(seconds=30), longest=timedelta(minutes=15)),
    "own": Limit(free=5, wait=timedelta(seconds=30), longest=timedelta(minutes=15)),
    "address-change": Limit(free=3, wait=timedelta(minutes=5), longest=timedelta(hours=1)),
    "reset-account": Limit(free=3, wait=timedelta(minutes=5), longest=timedelta(minutes=30)),
    "reset-address": Limit(free=20, wait=timedelta(minutes=1), longest=timedelta(hours=1)),
}
FORGET = timedelta(hours=6)


def normal(password: str) -> str:
    """Normalise a password before hashing, because keyboards encode the same letters differently."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, name: str, email: str) -> None:
    """Raise RuleError at `password` unless it is long and not easily guessed (NIST SP 800-63B-4, 3.1.1.2)."""
    if len(password) < PASSWORD_MIN:
        raise RuleError("Use at least %(min)d characters.", field="password", min=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise RuleError("Use at most %(max)d characters.", field="password", max=PASSWORD_MAX)
    folded = normal(password).casefold()
    if _is_common(folded):
        raise RuleError("This password is easy to guess. Choose another one.", field="password")
    if any(part in folded for part in _own_words(name, email)):
        raise RuleError("Leave your name and e-mail address out of the password.", field="password")


def never_held(field: str) -> bool:
    """Return whether a field of a form is never kept for later: passwords, and the token of the page."""
    return field.rpartition("-")[2] in {"csrf_token", "password", "current"}


def own_path(target: str | None) -> str | None:
    """Return the target if it is a path on this site, else None, so that login cannot redirect elsewhere."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or not target.isprintable():
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def _is_common(folded: str) -> bool:
    letters = re.sub(r"[\W\d_]", "", folded)  # a common word with digits and signs around it is still one
    disguised = _OUTSIDE.sub("", folded).translate(_FOR_LETTERS)  # or in it for letters
    repeats = (folded + folded).find(folded, 1) < len(folded) or len(set(folded)) < _FEWEST_SIGNS
    return repeats or any(folded in run for run in _RUNS) or not {letters, disguised}.isdisjoint(_common_words())


@cache
def _common_words() -> frozenset[str]:
    """Return the words of frequent passwords and the towns of the Netherlands; read when the first one is chosen."""
    lines = (Path(__file__).parent / "common_words.txt").read_text(encoding="utf-8").splitlines()
    towns = (name.replace(" ", "") for name in province_of_towns())
    return _SHORT_WORDS.union((line for line in lines if not line.startswith("#")), towns)


def _own_words(name: str, email: str) -> list[str]:
    words = [*name.casefold().split(), *re.split(r"[@.+_-]", email.casefold().partition("@")[0]), email.casefold()]
    return [word for word in words if len(word) >= _PART_MIN]
