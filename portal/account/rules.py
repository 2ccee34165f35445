"""Terms of signing in: how long things live, and how hard the brake bites. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """What a link sent by mail is for."""

    INVITATION = "invitation"
    RESET = "reset"


IDLE = timedelta(minutes=60)
LIFETIME = timedelta(hours=12)
TOKEN_LIFETIME = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}

PASSWORD_MIN = 12
PASSWORD_MAX = 200


def is_alive(now: datetime, created_at: datetime, seen_at: datetime) -> bool:
    """Whether a session still counts: used within the hour, and opened within twelve."""
    return now - seen_at < IDLE and now - created_at < LIFETIME
