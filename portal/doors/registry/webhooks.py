"""The webhook of a list: software of a hirer is called at each change. Its pages stand behind the link of the list."""

# mypy: allow-subclassing-any

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audits.core.errors import N_, RuleError
from certificates.following import webhooks
from certificates.following.queries import follow_state
from certificates.following.rules import LONGEST_URL, RETRIES
from portal.doors.registry.caching import unkept
from portal.doors.registry.forms import OpenForm
from portal.forms.fields import text_field
from portal.settings import current_settings
from portal.signing.private_links import Purpose, subject_of
from portal.signing.webhooks import secret_of
from portal.stores import database
from portal.web.access import public

OUTCOMES = {
    "not https": N_("not https"),
    "private address": N_("leads to a private address"),
    "certificate not trusted": N_("its TLS certificate is not trusted"),
    "no answer in time": N_("no answer in time"),
    "not reached": N_("not reached"),
    "no answer of HTTP": N_("no answer of HTTP"),
}


class WebhookForm(OpenForm):
    """Where to call."""

    url = text_field(
        _l("Address of your software"),
        required=_l("Enter the address"),
        hint=_l("It begins with https:// and can be reached from the internet."),
        max_length=LONGEST_URL,
        attributes={"spellcheck": "false"},
    )


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module."""
    bp.get("/follow/<token>/webhook")(show_webhook)
    bp.post("/follow/<token>/webhook")(set_webhook)
    bp.post("/follow/<token>/webhook/secret")(renew_secret)
    bp.post("/follow/<token>/webhook/stop")(drop_webhook)
    bp.post("/follow/<token>/webhook/calls/<uuid:call_id>")(replay_call)


@public
def show_webhook(token: str) -> ResponseReturnValue:
    """Show the webhook of a list, its secret, and what was sent to it."""
    return _page(token, subject_of(Purpose.FOLLOW, token))


@public
def set_webhook(token: str) -> ResponseReturnValue:
    """Call this address from now on."""
    follow_id, form = subject_of(Purpose.FOLLOW, token), WebhookForm()
    if not form.validate():
        return _page(token, follow_id, form), 422
    try:
        with database.write() as session:
            webhooks.set_webhook(session, follow_id, form.url.data, plain=current_settings().testing)
    except RuleError as error:
        form.complain(error)
        return _page(token, follow_id, form), 422
    return _back(token)


@public
def renew_secret(token: str) -> ResponseReturnValue:
    """Sign with another secret; the one before signs along for a day."""
    follow_id = subject_of(Purpose.FOLLOW, token)
    with database.write() as session:
        webhooks.renew_secret(session, follow_id)
    return _back(token)


@public
def drop_webhook(token: str) -> ResponseReturnValue:
    """Call no more."""
    follow_id = subject_of(Purpose.FOLLOW, token)
    with database.write() as session:
        webhooks.drop_webhook(session, follow_id)
    return _back(token)


@public
def replay_call(token: str, call_id: UUID) -> ResponseReturnValue:
    """Send a message again."""
    follow_id = subject_of(Purpose.FOLLOW, token)
    with database.write() as session:
        webhooks.replay(session, follow_id, call_id)
    return _back(token)


def _page(token: str, follow_id: UUID, sent: WebhookForm | None = None) -> Response:
    """Return the page, with the form as it is stored or, with an error, as it was sent."""
    session = database.read()
    state, found = follow_state(session, follow_id), webhooks.webhook_of(session, follow_id)
    page = render_template(
        "registry/webhook.html",
        token=token,
        form=_filled(found) if sent is None else sent,
        state=state,
        secret=secret_of(found.id, found.generation) if found else "",
        calls=webhooks.calls_of(session, follow_id) if found else [],
        outcomes=OUTCOMES,
        most=len(RETRIES) + 1,
    )
    return unkept(page)


def _filled(found: webhooks.WebhookState | None) -> WebhookForm:
    form = WebhookForm(None)
    if found:
        form.url.data = found.url
    return form


def _back(token: str) -> ResponseReturnValue:
    return redirect(url_for("registry.show_webhook", token=token), 303)
