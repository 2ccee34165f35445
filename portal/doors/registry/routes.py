"""Routes of the public register. Most are printed on paper or stored by others: they never change."""

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState

from certificates.addresses import API
from portal.doors.registry import (
    about,
    accounts,
    api,
    bulk,
    certificates,
    check,
    complaining,
    downloads,
    extract,
    feeds,
    following,
    ledger,
    machines,
    marks,
    pages,
    poster,
    practice,
    stamps,
    telling,
    verify,
    webhooks,
    workers,
)
from portal.doors.registry.caching import keep
from portal.doors.registry.problems import InvalidQueryError, invalid_query, problem
from portal.doors.registry.standby import answer_from_files
from portal.web.quick import QUICK, Maker

__all__ = ["blueprints"]

bp = Blueprint("registry", __name__)
blueprints = (bp,)

for part in (
    pages,
    workers,
    telling,
    extract,
    poster,
    certificates,
    machines,
    check,
    verify,
    stamps,
    api,
    accounts,
    bulk,
    feeds,
    following,
    webhooks,
    downloads,
    marks,
    ledger,
    about,
    practice,
    complaining,
):
    part.add_to(bp)


@bp.after_request
def _keep(response: Response) -> Response:
    return keep(response)


@bp.after_app_request
def _describe(response: Response) -> Response:
    if request.path.startswith("/api/"):
        return api.describe(response)
    return ledger.describe(response) if ledger.is_ours(request.path) else response


@bp.record_once
def _join(state: BlueprintSetupState) -> None:
    app = state.app
    app.extensions["problem"] = problem
    app.extensions["standby"] = answer_from_files
    app.extensions[QUICK] = {
        "/register": Maker("/register/<public_id>", pages.quick_entry),
        f"{API}/agencies": Maker(f"{API}/agencies/<public_id>", api.quick_agency),
    }
    app.register_error_handler(InvalidQueryError, invalid_query)
    # These use no cookie and act for nobody, so CSRF protection is not needed; requests of witnesses are signed.
    for view in (
        verify.verify_file,
        telling.tell,
        complaining.complained,
        practice.practised,
        bulk.check_list,
        accounts.account_check,
        bulk.api_check,
        following.choose,
        following.follow,
        following.confirm_list,
        following.change_list,
        following.stop,
        webhooks.set_webhook,
        webhooks.renew_secret,
        webhooks.drop_webhook,
        webhooks.replay_call,
        extract.extract,
        stamps.timestamp,
        ledger.cosign,
        ledger.add_checkpoint,
    ):
        app.extensions["csrf"].exempt(view)
