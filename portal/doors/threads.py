"""The thread of messages about a case, as the pages of both sides show it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications.models import Application
from audits.core.errors import RuleError
from audits.correspondence.queries import thread_of
from audits.correspondence.rules import LONGEST_MESSAGE
from audits.correspondence.services import write_message
from portal.forms.fields import textarea_field
from portal.forms.form import Form
from portal.forms.once import SentOnce
from portal.stores import database, messages
from portal.web.access import current_actor


class MessageForm(SentOnce, Form):
    """One message."""

    text = textarea_field(
        _l("Your message"),
        hint=_l("The mail that tells of it holds a link, not what you write. No names or numbers of workers."),
        required=_l("Write your message."),
        max_length=LONGEST_MESSAGE,
    )


def new_in(endpoint: str, application_id: UUID) -> int:
    """Return how many notices that lead to this thread the person has not seen."""
    return messages.count_unread(database.read(), current_actor().id, _path(endpoint, application_id))


def shown(template: str, application: Application, endpoint: str, *, may_write: bool, **more: Any) -> str:
    """Return the page of a thread, with an empty form."""
    return _page(template, application, endpoint, MessageForm() if may_write else None, **more)


def written(template: str, application: Application, endpoint: str, **more: Any) -> ResponseReturnValue:
    """Add a message; who writes has seen what came before."""
    form = MessageForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                text = form.text.data or ""
                write_message(session, current_actor(), application.id, message_id=form.id_for(text), text=text)
                messages.mark_read(session, current_actor().id, _path(endpoint, application.id))
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Your message is there. The other side gets a mail with a link."), "success")
            return redirect(url_for(endpoint, application_id=application.id), 303)
    return _page(template, application, endpoint, form, **more), 422


def seen(endpoint: str, application_id: UUID) -> ResponseReturnValue:
    """Note that the person has read the thread."""
    with database.write() as session:
        messages.mark_read(session, current_actor().id, _path(endpoint, application_id))
    return redirect(url_for(endpoint, application_id=application_id), 303)


def _page(template: str, application: Application, endpoint: str, form: MessageForm | None, **more: Any) -> str:
    return render_template(
        template,
        application=application,
        thread=thread_of(database.read(), application.id),
        new=new_in(endpoint, application.id),
        form=form,
        plain=Form(),
        **more,
    )


def _path(endpoint: str, application_id: UUID) -> str:
    """Return the path that the mail links to."""
    build: Callable[..., str] = current_app.url_map.bind("").build
    return build(endpoint, {"application_id": application_id})
