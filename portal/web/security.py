"""Headers and cookies that every answer carries, errors and static files included."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from portal.settings import Settings

# Pages hold no script or style of their own, so no nonce is needed, and a public page stays cacheable byte for byte.
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


def init_app(app: Flask, settings: Settings) -> None:
    """Set the cookie rules and add the headers to every response."""
    https = urlsplit(settings.base_url).scheme == "https"
    app.config.update(
        SESSION_COOKIE_NAME="__Host-keurwerk" if https else "keurwerk",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # The session itself decides when it ends; a token that dies earlier only costs people their typing.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=https,
    )

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={2 * _YEAR}; includeSubDomains")
        _cache(response)
        return response


def public_for(response: Response, seconds: int) -> Response:
    """Allow everybody to keep this public page for a while; it must hold nothing of one person."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def open_to_pages(response: Response) -> Response:
    """Let the pages of others read this public answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _cache(response: Response) -> None:
    if request.endpoint == "static":
        if response.status_code < 400 and "v" in request.args:  # noqa: PLR2004
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return
    response.headers.setdefault("Cache-Control", "no-store")
