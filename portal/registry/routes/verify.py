"""Checking a certificate by its number or its file."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from audits.core import clock
from audits.core.errors import NotFoundError, RuleError
from certificates.register import queries
from certificates.rules import is_number
from portal import database
from portal.access import public
from portal.registry.forms import FileForm, NumberForm
from portal.registry.verification import check
from portal.settings import Settings
from portal.uploads import safe_name, takes_files

_MEGA = 1024 * 1024


def add_to(bp: Blueprint) -> None:
    """Give these pages their addresses."""
    bp.get("/verify")(verify)
    bp.post("/verify")(verify_file)


@public
def verify() -> ResponseReturnValue:
    """Ask for a number or a file; a number that is known leads to its certificate."""
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
    """Say what a file is. It is held in memory for as long as that takes."""
    form = FileForm()
    if form.validate():
        try:
            data = _read(form.file.data)
        except RuleError as error:
            form.complain(error)
        else:
            settings: Settings = current_app.extensions["settings"]
            checked = check(database.read(), data, settings.seal_dir)
            return render_template("registry/verified.html", checked=checked, today=clock.today(), size=len(data))
    return _page(NumberForm(None), form), 422


def _read(file: FileStorage) -> bytes:
    settings: Settings = current_app.extensions["settings"]
    name = safe_name(file.filename or "")
    with file.stream as stream:  # a large one lies in a temporary file, which is gone after this
        data = stream.read(settings.max_upload_bytes + 1)
    if not data:
        raise RuleError("The file %(name)s is empty.", "file", name=name)
    if len(data) > settings.max_upload_bytes:
        limit = f"{settings.max_upload_bytes // _MEGA} MB"
        raise RuleError("The file %(name)s is larger than %(limit)s.", "file", name=name, limit=limit)
    return data


def _page(number: NumberForm, file: FileForm) -> str:
    return render_template("registry/verify.html", number_form=number, file_form=file, title=_("Check a certificate"))
