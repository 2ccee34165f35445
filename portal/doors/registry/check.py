"""The page behind the second QR code: it verifies the code in the browser, also offline."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from audits.core.languages import LANGUAGES
from certificates.credentials import offline_keys, thumbprint
from portal.language.i18n import current_language
from portal.signing.keys import current_keys
from portal.web.access import public


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module; the address is printed on certificates."""
    bp.get("/check")(check)
    bp.get("/check-worker.js")(worker)


@public
def check() -> ResponseReturnValue:
    """Serve the one page for all codes, with the keys in it. The code is behind `#`, which browsers never send."""
    keys = {thumbprint(key): key for key in current_keys().credential_public.values()}
    return render_template("registry/check.html", keys=offline_keys(keys), locale=LANGUAGES[current_language()].locale)


@public
def worker() -> ResponseReturnValue:
    """Serve the service worker that keeps the page available offline; its path limits it to `/check`."""
    response = current_app.send_static_file("built/check-worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response
