"""The cookie that marks a browser in which somebody signed in before, so that strangers cannot lock them out there."""

import hmac
import secrets
from datetime import timedelta

from flask import Response, current_app, request

_LIFETIME = timedelta(days=365)


def known_device(account: str) -> str | None:
    """The random number of this browser if that account signed in with it before; `account` is the e-mail address."""
    number, _, signature = request.cookies.get(_name(), "").partition(".")
    right = hmac.compare_digest(signature.encode(), _sign(account, number).encode())
    return number if right else None


def remember_device(response: Response, account: str) -> None:
    """Mark this browser as one in which the account signed in."""
    number = known_device(account) or secrets.token_urlsafe(16)
    response.set_cookie(
        _name(),
        f"{number}.{_sign(account, number)}",
        max_age=_LIFETIME,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _sign(account: str, number: str) -> str:
    key = hmac.digest(str(current_app.config["SECRET_KEY"]).encode(), b"known device", "sha256")
    return hmac.digest(key, f"{account.casefold()}\0{number}".encode(), "sha256").hex()
