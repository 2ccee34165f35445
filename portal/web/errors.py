"""Map error classes to HTTP statuses and pages, and to problem details under the API."""

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from audits.core.db import broken_constraint
from audits.core.errors import DomainError, IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from certificates.seal.keyring.keys import KeysError
from portal.language.i18n import sentence
from portal.sidecar.lanes import BusyError
from portal.stores.files import FileLostError, StorageDownError
from portal.stores.queue import QueueDownError
from portal.web import outages

STATUS: dict[type[DomainError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    IllegalMoveError: 409,
    RuleError: 422,
}

NO_RIGHT = "42501"  # SQLSTATE
_NO_DATABASE = (OperationalError, InterfaceError, PoolTimeoutError)


def init_app(app: Flask) -> None:
    """Register one handler per class of errors."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(FileLostError, _lost)
    app.register_error_handler(DBAPIError, _refused)
    for down in (*_NO_DATABASE, QueueDownError, StorageDownError, KeysError):
        app.register_error_handler(down, _down)


def answer(status: int, message: str | None = None, *, retry_after: int | None = None) -> ResponseReturnValue:
    """Return an error page; `message` is a translated sentence with details."""
    g.pop("_login_user", None) if status == 503 else None  # noqa: PLR2004  # without a database nobody is signed in
    if request.path.startswith("/api/"):
        return current_app.extensions["problem"](status, message)  # type: ignore[no-any-return]
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    try:
        return render_template("errors/error.html", status=status, message=message), status, headers
    except _NO_DATABASE as error:
        if status == 503:  # noqa: PLR2004  # asks the database for nobody
            raise
        return _down(error)  # it went away while the page looked up who is signed in


def status_of(error: DomainError) -> int:
    """Return the HTTP status of an answer to somebody who did what the rules forbid."""
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def _domain_error(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, BusyError):
        return answer(503, sentence(error), retry_after=error.retry_after)
    return answer(status_of(error), sentence(error))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    return answer(error.code or 500)


def _csrf_error(_: CSRFError) -> ResponseReturnValue:
    g.forged_form = True  # for the security log
    return answer(400, gettext("This page was open for too long. Go back, reload the page and try again."))


def _stale(_: StaleDataError) -> ResponseReturnValue:
    return answer(409, gettext("Somebody changed this in the meantime. Reload the page and look again."))


def _refused(error: DBAPIError) -> ResponseReturnValue:
    """Answer a refusal by the database itself, and log it, because the code should have refused first."""
    if outages.is_read_only(error):
        return _down(error)
    state = getattr(error.orig, "sqlstate", None)
    constraint = broken_constraint(error)
    current_app.logger.error("the database refused", extra={"state": state, "constraint": constraint})
    if state == NO_RIGHT:
        return answer(404)
    if constraint.endswith(("_flow", "_trace", "_frozen")):
        return answer(409, gettext("This step is not possible now. The case has moved on; please look again."))
    raise error


def _down(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("a part is down", extra={"part": type(error).__name__})
    standby = current_app.extensions.get("standby")
    if standby and isinstance(error, _NO_DATABASE) and (known := standby()) is not None:
        return known  # type: ignore[no-any-return]
    told = outages.explain(error)
    return answer(503, told and str(told), retry_after=30)


def _lost(error: FileLostError) -> ResponseReturnValue:
    """Answer 500 without Retry-After: trying again does not bring a lost file back."""
    current_app.logger.error("a file is lost: %s", error)
    return answer(500, gettext("This file is missing or damaged in our store. Our administrator sees this too."))
