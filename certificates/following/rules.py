"""How much somebody may follow, and when messages are due. Pure."""

import re
from datetime import datetime, time, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from audits.core.errors import RuleError

_PRINTED = re.compile(r"[!-~]+")
_PRIVATE_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")  # RFC 6761, 6762, 8375, and by custom

MOST_FOLLOWED = 1000
"""Agencies in one list, and lines of a list that somebody pastes."""
MOST_NAMES = 200
"""Lines without a number: each is a search of its own."""
CANDIDATES = 4
"""Agencies that one name may mean."""
MOST_OFFERED = MOST_FOLLOWED + CANDIDATES * MOST_NAMES
MOST_UNCONFIRMED = 3
"""Lists of one address that wait for a yes, so that nobody fills the mailbox of somebody else."""
CONFIRM_WITHIN = timedelta(days=2)
MOST_TOLD = 50
"""Changes in one message; the page has the others."""
DIGEST_FROM = time(7)
"""From when on a day's message goes out, in the Netherlands."""


def digest_is_due(now: datetime) -> bool:
    """Return whether messages of the day go out at this moment, given in the time of the Netherlands."""
    return now.time() >= DIGEST_FROM


RETRIES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 18 * 3600, 22 * 3600)
)
"""How long after each failed call the next one follows: three days in all."""
OVERLAP = timedelta(days=1)
"""How long calls are signed with the secret before the last one too, after it was renewed."""
MOST_CALLS = 50
"""Calls that a page lists."""
CALLS_KEPT = timedelta(days=30)
LONGEST_URL = 500


def next_call(attempts: int, now: datetime) -> datetime | None:
    """Return when to call again after so many failed attempts; None when it is given up."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None


def check_webhook(url: str, *, plain: bool = False) -> str:
    """Return the address of a webhook. RuleError at `url` unless it is https, with a public host and no password.

    A name may lead to a private address all the same: that is looked at whenever it is called.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ({"https", "http"} if plain else {"https"}) and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or len(url) > LONGEST_URL or not _PRINTED.fullmatch(url) or "@" in parts.netloc or parts.fragment:
        raise RuleError("Enter an address that begins with https:// and has no password in it.", "url")
    if not plain and _is_private(parts.hostname or ""):
        raise RuleError(
            "This address is inside a private network. Give one that can be reached from the internet.", "url"
        )
    return url


def _is_private(host: str) -> bool:
    """Return whether a host is, as written, one of a private network: by number, or by a name that only it knows."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").endswith(_PRIVATE_NAMES)
