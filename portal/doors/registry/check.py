"""The page behind the second code on paper: it checks the code in the browser, and asks nobody."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from certificates.credentials import offline_keys, thumbprint
from portal.signing import sealing
from portal.web.access import public


def add_to(bp: Blueprint) -> None:
    """Give the page its address; it is printed on certificates."""
    bp.get("/check")(check)
    bp.get("/check-worker.js")(worker)


@public
def check() -> ResponseReturnValue:
    """One page for every code, with the keys in it. The code stands behind `#`, which never reaches us."""
    keys = {thumbprint(key): key for key in sealing.credential_public().values()}
    return render_template("registry/check.html", keys=offline_keys(keys))


@public
def worker() -> ResponseReturnValue:
    """What opens the page without internet. It may only work for `/check` when it lies beside it."""
    response = current_app.send_static_file("built/check-worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response
