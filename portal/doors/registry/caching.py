"""How long a public answer may be kept, and how to ask whether it is still the same."""

from flask import Response, current_app, request

API_SECONDS = 60
SHARED_SECONDS = 30


def keep(response: Response) -> Response:
    """Let everybody keep what holds nothing of one person; a changed status changes the ETag.

    A browser asks again each time, so that nobody sees a status that ended a minute ago; a shared cache in front of us
    may answer for half a minute. Who carries a session cookie gets a page that is theirs alone.
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
