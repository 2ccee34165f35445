"""Cache headers and conditional requests of public responses."""

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from portal.web.security import open_to_pages, public_for

API_SECONDS = 60
SHARED_SECONDS = 30


def keep(response: Response) -> Response:
    """Make a public response cacheable; a changed status changes the ETag.

    Browsers revalidate each time, so that nobody sees an outdated status; a shared cache may serve it for half a
    minute. Responses to requests with a session cookie are private.
    """
    if request.method not in {"GET", "HEAD"} or response.status_code != 200:  # noqa: PLR2004
        return response
    if "Cache-Control" not in response.headers and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={SHARED_SECONDS}"
    if "public" in response.headers.get("Cache-Control", ""):
        if response.mimetype == "text/html":
            response.vary.add("Accept-Language")
        response.add_etag()
        response.make_conditional(request)
    return response


def shared(data: str | bytes, media_type: str, seconds: int) -> Response:
    """Return a response for all origins that may be cached."""
    return public_for(open_to_pages(Response(data, mimetype=media_type)), seconds)


def unkept(page: ResponseReturnValue) -> Response:
    """Keep a page in no cache, and let browsers tell nobody its address, which is secret."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
