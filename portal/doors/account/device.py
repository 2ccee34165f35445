"""A cookie that marks browsers of earlier sign-ins, so that a stranger's guessing cannot lock their owners out."""

import hmac
import secrets
from datetime import datetime, timedelta

from flask import Response, current_app, request

_LIFETIME = timedelta(days=365)


def known_device(account: str, password_since: datetime | None) -> str | None:
    """Return the random number of this browser if the account (e-mail) signed in here with its present password."""
    number, _, signature = request.cookies.get(_name(), "").partition(".")
    right = hmac.compare_digest(signature.encode(), _sign(account, password_since, number).encode())
    return number if right else None


def remember_device(response: Response, account: str, password_since: datetime | None) -> None:
    """Mark this browser as one in which the account signed in. A new password makes it unknown again."""
    number = known_device(account, password_since) or secrets.token_urlsafe(16)
    response.set_cookie(
        _name(),
        f"{number}.{_sign(account, password_since, number)}",
        max_age=_LIFETIME,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _sign(account: str, password_since: datetime | None, number: str) -> str:
    key = hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), b"known device", "sha256")
    since = password_since.timestamp() if password_since else ""
    return hmac.digest(key, f"{account.casefold()}\0{since}\0{number}".encode(), "sha256").hex()
