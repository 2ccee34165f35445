"""A cookie that marks browsers of earlier sign-ins, so that a stranger's guessing cannot lock their owners out."""

import hmac
import secrets
from datetime import timedelta

from flask import Response, current_app, request

_LIFETIME = timedelta(days=365)


def known_device(account: str) -> str | None:
    """Return this browser's random number if the account (an e-mail address) signed in with it before."""
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
