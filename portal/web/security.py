"""Security headers and cookie settings of every response, including errors and static files."""

import time
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.settings import Settings

# Pages have no inline script or style, so no nonce is needed, and public pages stay cacheable byte for byte.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR = 365 * 24 * 3600
_SIGNERS: WeakKeyDictionary[Flask, URLSafeTimedSerializer | None] = WeakKeyDictionary()


def init_app(app: Flask, settings: Settings) -> None:
    """Configure cookies and add headers to every response."""
    app.session_interface = Sessions()
    https = urlsplit(settings.base_url).scheme == "https"
    app.config.update(
        SESSION_COOKIE_NAME="__Host-keurwerk" if https else "keurwerk",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # CSRF tokens last as long as the session; an earlier expiry would only lose people's input.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=https,
    )

    headers = HEADERS | ({"Strict-Transport-Security": f"max-age={2 * _YEAR}; includeSubDomains"} if https else {})

    @app.after_request
    def secure(response: Response) -> Response:
        present = {name.lower() for name, _ in response.headers}
        for name, value in headers.items():
            if name.lower() not in present:
                response.headers.add(name, value)
        _cache(response)
        return response


def keep_form_token() -> None:
    """Sign the token of the forms of this session once, not for every page; it is good for as long as the session."""
    if token := session.get("csrf_token"):
        g.csrf_token = _signed(str(current_app.secret_key), token)  # where Flask-WTF looks first


@lru_cache(maxsize=4096)
def _signed(key: str, token: str) -> str:
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(token))


@lru_cache(maxsize=1024)
def _genuine(signer: URLSafeTimedSerializer, cookie: str) -> tuple[dict[str, Any] | None, float]:
    """Return what a cookie holds and when it was signed, or BadSignature, which is not kept.

    None stands for what a request could change in place, as the list of messages that wait for the next page.
    """
    held, signed_at = signer.loads(cookie, return_timestamp=True)
    is_plain = all(isinstance(value, str | int) for value in held.values())
    return held if is_plain else None, cast(datetime, signed_at).timestamp()


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, with one signer per process instead of one per request.

    A cookie that was found genuine is not checked and read again with each page; how old it is, and whether what it
    holds is a session that stands, is looked at each time.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds; an empty session for one that is missing, forged or too old."""
        signer, cookie = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if signer and cookie:
            try:
                held, signed_at = _genuine(signer, cookie)
            except BadSignature:
                return self.session_class()
            if held is not None and 0 <= time.time() - signed_at <= app.permanent_session_lifetime.total_seconds():
                return self.session_class(held)
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer of this application's cookies."""
        if app not in _SIGNERS:
            _SIGNERS[app] = super().get_signing_serializer(app)
        return _SIGNERS[app]


def public_for(response: Response, seconds: int) -> Response:
    """Allow shared caching of a public page for a while; it must hold no personal data."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def open_to_pages(response: Response) -> Response:
    """Allow all origins to read this public response."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _cache(response: Response) -> None:
    if request.endpoint == "static":
        if response.status_code < 400 and "v" in request.args:  # noqa: PLR2004
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return
    response.headers.setdefault("Cache-Control", "no-store")
