"""The offline desk: one page that a browser keeps with its scripts, and the worker that serves it without a connection.

The page and the worker hold nothing personal and need no session; what an audit holds comes by `packet`.
"""

import hashlib
import json
from functools import cache

from flask import Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_wtf.csrf import generate_csrf

from audits.core import clock
from audits.core.access import Permission
from audits.core.languages import LANGUAGES
from audits.inspections import entries
from portal.doors.inspector.case import bp
from portal.settings import ROOT
from portal.web.access import current_actor, needs, public

_FONTS = ("source-sans-3-latin", "source-serif-4-latin")
_WORKER = ROOT / "portal" / "static" / "built" / "offline-worker.js"


@bp.get("/offline/")
@public
def offline() -> ResponseReturnValue:
    """Show the offline desk; its script fills it from what this device holds."""
    return Response(_page(), headers={"Cache-Control": "no-cache"})


@bp.get("/offline/worker")
@public
def offline_worker() -> ResponseReturnValue:
    """Return the worker that keeps the desk, with the list of what it keeps."""
    pages = {f"{request.script_root}/inspector/offline/?lang={code}": code for code in LANGUAGES}
    digest = hashlib.sha256()
    for code in pages.values():
        with force_locale(code):
            digest.update(_page().encode())
    shell = {"version": digest.hexdigest()[:16], "files": [*pages, *_files()]}
    text = f"const SHELL = {json.dumps(shell)};\n{_script()}"
    return Response(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@bp.get("/offline/hello")
@needs(Permission.AUDIT_CONDUCT)
def offline_hello() -> ResponseReturnValue:
    """Say who is signed in, what time it is, and what a form must carry."""
    now = entries.moment(clock.now())
    return jsonify({"person": str(current_actor().id), "now": now, "token": generate_csrf()})


def _page() -> str:
    return render_template(
        "inspector/offline.html",
        is_signed_in=False,
        navigation=[],
        session_links=[],
        show_flashes=False,
        home_url="/inspector/",
    )


def _files() -> list[str]:
    """Return the addresses of the style sheet, the scripts, and the fonts of our languages."""
    known: dict[str, str] = current_app.extensions["assets"]
    wanted = [
        name
        for name in known
        if name.endswith((".css", ".js", ".svg")) or name.startswith(tuple(f"fonts/{each}" for each in _FONTS))
    ]
    return [request.script_root + known[name] for name in sorted(wanted)]


@cache
def _script() -> str:
    return _WORKER.read_text(encoding="utf-8")
