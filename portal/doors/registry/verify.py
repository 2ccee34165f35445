"""Pages to check a certificate by its number, by the hash of its file, or by the file."""

import re
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from audits.core import clock
from audits.core.errors import NotFoundError, RuleError
from certificates.lifecycle.rules import is_number
from certificates.register import queries
from certificates.seal import SealReason
from portal.doors.registry import wording
from portal.doors.registry.forms import FileForm, NumberForm
from portal.doors.registry.report import report
from portal.doors.registry.verification import (
    Checked,
    check,
    check_hash,
    unread,
)
from portal.forms.uploads import safe_name, takes_files
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public
from portal.web.errors import answer
from portal.web.throttle import Throttle, visitor_waits

_MEGA = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module, with a throttle per application."""
    bp.record_once(lambda state: state.app.extensions.setdefault("verify_throttle", Throttle()))
    bp.get("/verify")(verify)
    bp.post("/verify")(verify_file)
    bp.get("/verify/<sha256>")(verify_hash)


@public
def verify() -> ResponseReturnValue:
    """Ask for a number or a file; a known number redirects to its certificate."""
    form = NumberForm(request.args)
    if "number" not in request.args or not form.validate():
        return _page(form, FileForm(None))
    number = "-".join(form.number.data.upper().replace("–", "-").split())
    if is_number(number):
        try:
            return redirect(url_for("registry.certificate", number=queries.certificate(database.read(), number).number))
        except NotFoundError:
            form.complain(RuleError("We have not issued a certificate with this number.", "number"))
    else:
        form.complain(
            RuleError("This cannot be one of our numbers. Look whether a letter or digit is wrong.", "number")
        )
    return _page(form, FileForm(None))


@public
@takes_files
def verify_file() -> ResponseReturnValue:
    """Show the result for an uploaded file, which is kept in memory only while it is checked."""
    if wait := visitor_waits("verify"):
        return _wait(wait)
    try:
        form = FileForm()
    except RequestEntityTooLarge:  # refused by its content length; nothing was read
        form = FileForm(None)
        form.complain(RuleError("The file is larger than %(limit)s.", "file", limit=_limit()))
        return _refused(form, 413, unread(request.content_length or 0, SealReason.TOO_LARGE))
    if not form.validate():
        return _refused(form, 422)
    data = _read(form.file.data)
    name = safe_name(form.file.data.filename or "")
    if not data:
        form.complain(RuleError("The file %(name)s is empty.", "file", name=name))
        return _refused(form, 422, unread(0, SealReason.NOT_A_PDF))
    if len(data) > current_settings().max_upload_bytes:
        form.complain(RuleError("The file %(name)s is larger than %(limit)s.", "file", name=name, limit=_limit()))
        return _refused(form, 422, unread(request.content_length or 0, SealReason.TOO_LARGE))
    return _verdict(check(database.read(), data))


@public
def verify_hash(sha256: str) -> ResponseReturnValue:
    """Return the result for a SHA-256; with script, the browser asks this first and does not upload the file."""
    if sha256 != sha256.lower():
        return redirect(url_for("registry.verify_hash", sha256=sha256.lower()), 301)
    if not _SHA256.fullmatch(sha256):
        raise NotFoundError("This is not the SHA-256 of a file.")
    checked = check_hash(database.read(), sha256)
    if checked is not None:
        return _verdict(checked)
    if _wants_json():
        return _json({"sha256": sha256, "answer": None}), 404
    return render_template("registry/verify_unknown.html", sha256=sha256), 404


def _verdict(checked: Checked) -> ResponseReturnValue:
    if _wants_json():
        return _json(_report(checked))
    response = make_response(_verdict_page(checked))
    response.vary.add("Accept")
    return response


def _verdict_page(checked: Checked) -> str:
    return render_template(
        "registry/verified.html",
        checked=checked,
        today=clock.today(),
        words=wording,
        contact=current_settings().contact_email,
    )


def _read(file: FileStorage) -> bytes:
    """Return the file, or just enough of it to know that it is too large."""
    with file.stream as stream:  # large uploads are in a temporary file, which is deleted after this
        return stream.read(current_settings().max_upload_bytes + 1)


def _page(number: NumberForm, file: FileForm) -> str:
    return render_template(
        "registry/verify.html",
        number_form=number,
        file_form=file,
        title=_("Check a certificate"),
        limit=current_settings().max_upload_bytes,
    )


def _refused(file: FileForm, status: int, checked: Checked | None = None) -> ResponseReturnValue:
    """Refuse without reading the file; programs get an answer of the usual shape."""
    if not _wants_json():
        return _page(NumberForm(None), file), status
    if checked is None:
        missing = {"in": "body", "name": "file", "detail": "Send the file in this field, as multipart/form-data."}
        return _problem(status, errors=[missing])
    return _json(_report(checked)), status


def _wait(seconds: int) -> ResponseReturnValue:
    if not _wants_json():
        return answer(429, _("You have sent many files in a short time."), retry_after=seconds)
    return _problem(429, retry_after=seconds)


def _problem(status: int, **more: Any) -> ResponseReturnValue:
    return current_app.extensions["problem"](status, **more)  # type: ignore[no-any-return]


def _report(checked: Checked) -> dict[str, Any]:
    return report(checked, clock.today(), current_settings().public_url)


def _wants_json() -> bool:
    """Return whether the client prefers JSON; a browser accepts both and prefers HTML."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _json(found: dict[str, Any]) -> Response:
    response = jsonify(found)
    response.vary.add("Accept")
    return response


def _limit() -> str:
    return f"{current_settings().max_upload_bytes // _MEGA} MB"
