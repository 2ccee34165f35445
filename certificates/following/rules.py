"""How much somebody may follow, and when messages are due. Pure."""

from datetime import datetime, time, timedelta

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
