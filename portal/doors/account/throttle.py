"""Limit guessing: attempts are counted per bucket before the password is checked, and returned on success."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from flask import current_app
from sqlalchemy import DateTime, Executable, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.errors import RuleError
from portal.doors.account.models import LoginThrottle
from portal.doors.account.rules import FORGET, LIMITS, Limit

_DOUBLINGS = 20  # enough for any limit, and far below overflow
_SHARED = {"address", "account"}  # others may be guessing in these: a success takes back one attempt only


class TooManyAttemptsError(Exception):
    """Refused for now; `wait` says for how long, and `kind` which kind of bucket was full."""

    def __init__(self, wait: timedelta, kind: str) -> None:
        super().__init__(f"wait {wait}")
        self.kind = kind
        self.seconds = max(1, ceil(wait.total_seconds()))

    @property
    def sentence(self) -> RuleError:
        """Return the message for people."""
        return RuleError("Too many attempts. Try again in %(minutes)s min.", minutes=ceil(self.seconds / 60))

    @property
    def headers(self) -> dict[str, str]:
        """Return the HTTP headers for programs."""
        return {"Retry-After": str(self.seconds)}


def admit(session: Session, buckets: Mapping[str, str]) -> None:
    """Count one attempt in each bucket {kind: value}, or raise TooManyAttemptsError and count in none.

    Commit before the password is checked. Give the buckets narrowest first and always in the same order of kinds: the
    rows stay locked until the commit.
    """
    now = clock.now()
    for kind, value in buckets.items():
        bucket = _digest(kind, value)
        if session.scalar(_count(bucket, LIMITS[kind], now)) is None:
            open_at = session.scalar(select(LoginThrottle.open_at).where(LoginThrottle.bucket == bucket))
            raise TooManyAttemptsError((open_at or now) - now, kind)


def forgive(session: Session, buckets: Mapping[str, str]) -> None:
    """Reset the buckets of this person after a success, and take back one attempt in shared ones."""
    own = [_digest(kind, value) for kind, value in buckets.items() if kind not in _SHARED]
    session.execute(delete(LoginThrottle).where(LoginThrottle.bucket.in_(own)))
    for bucket in (_digest(kind, value) for kind, value in buckets.items() if kind in _SHARED):
        fewer = update(LoginThrottle).where(LoginThrottle.bucket == bucket, LoginThrottle.failures > 0)
        session.execute(fewer.values(failures=LoginThrottle.failures - 1, open_at=clock.now()))


def forget_old(session: Session) -> None:
    """Delete buckets without recent attempts."""
    session.execute(delete(LoginThrottle).where(LoginThrottle.open_at < clock.now() - FORGET))


def _digest(kind: str, value: str) -> bytes:
    # Keyed with a secret of the application, so that the table identifies nobody.
    key = hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), b"login brake", "sha256")
    return hmac.digest(key, f"{kind}\0{value}".encode(), "sha256")


def _count(bucket: bytes, limit: Limit, now: datetime) -> Executable:
    """Return a statement that atomically counts if the bucket is open, and returns no row otherwise."""
    moment = literal(now, DateTime(timezone=True))
    failures = case((LoginThrottle.open_at < now - FORGET, 1), else_=LoginThrottle.failures + 1)
    doublings = func.least(failures - limit.free, _DOUBLINGS)
    doubled = func.least(limit.longest.total_seconds(), limit.wait.total_seconds() * func.power(2, doublings))
    seconds = case((failures < limit.free, 0), else_=doubled)
    return (
        insert(LoginThrottle)
        .values(bucket=bucket, failures=1, open_at=now)
        .on_conflict_do_update(
            index_elements=["bucket"],
            set_={"failures": failures, "open_at": moment + func.make_interval(0, 0, 0, 0, 0, 0, seconds)},
            # Among free attempts the time is meaningless: of two concurrent ones the later may be counted first.
            where=or_(LoginThrottle.failures < limit.free, LoginThrottle.open_at <= now),
        )
        .returning(LoginThrottle.failures)
    )
