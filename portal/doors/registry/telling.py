"""The form on which anybody tells what is wrong at an agency: without account, cookie and script."""

# mypy: allow-subclassing-any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audits.core.errors import N_
from audits.signals.rules import LONGEST_CONTACT, LONGEST_MESSAGE, About
from audits.signals.services import receive_signal
from audits.signals.wording import ABOUT
from certificates.register import queries
from certificates.register.models import RegisterEntry
from portal.doors.registry.caching import unkept
from portal.doors.registry.forms import OpenForm
from portal.doors.registry.workers import page_for_workers
from portal.forms.fields import radios_field, text_field, textarea_field
from portal.forms.once import SentOnce
from portal.language.i18n import current_language, for_workers
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import public
from portal.web.throttle import share_throttle, visitor_waits

MOST_PER_HOUR, MOST_IN_ALL = 20, 500  # of one connection, which a whole house may share; and of all together

# Said by the fields and the list of errors; named here for the catalogues of the languages of workers.
BORROWED = (
    N_("%(label)s (not required)"),
    N_("You can use up to %{count} characters"),
    N_("Use at most %(max)d characters."),
    N_("There is a problem"),
)


class TellingForm(SentOnce, OpenForm):
    """What is wrong, and how to reach who tells it."""

    about = radios_field(
        _l("What is it about?"),
        [(about.value, _l(words)) for about, words in ABOUT.items()],
        required=_l("Choose what it is about"),
    )
    message = textarea_field(
        _l("What is wrong?"),
        hint=_l("Write in your own language. Say what you saw, where and when."),
        required=_l("Write what is wrong"),
        max_length=LONGEST_MESSAGE,
        rows=8,
    )
    contact = text_field(
        _l("How can we reach you?"),
        hint=_l("A telephone number or e-mail address. Without it we cannot ask you anything, and you get no answer."),
        max_length=LONGEST_CONTACT,
    )


def add_to(bp: Blueprint) -> None:
    """Register the routes of this module, with a throttle that all processes share."""
    bp.get("/register/<public_id>/wrong")(wrong)
    bp.post("/register/<public_id>/wrong")(tell)
    share_throttle(bp, "signal", MOST_PER_HOUR, MOST_IN_ALL)


@public
@for_workers
def wrong(public_id: str) -> ResponseReturnValue:
    """Show the empty form."""
    return unkept(_page(public_id, TellingForm(None)))


@public
@for_workers
def tell(public_id: str) -> ResponseReturnValue:
    """Keep what was told, and show its number. Neither the visitor nor the address is recorded."""
    form = TellingForm()
    if not form.validate():
        return _page(public_id, form), 422
    if wait := visitor_waits("signal"):
        return page_for_workers("later", _entry(public_id)), 429, {"Retry-After": str(wait)}
    entry, contact = _entry(public_id), form.contact.data or ""
    with database.write() as session:
        number = receive_signal(
            session,
            entry.agency_id,
            signal_id=form.id_for(entry.agency_id, form.about.data, form.message.data, contact),
            about=About(form.about.data),
            message=form.message.data,
            contact=contact,
            language=current_language(),
        )
    return page_for_workers("told", entry, number=number, contact=current_settings().contact_email)


def _page(public_id: str, form: TellingForm) -> Response:
    return page_for_workers("wrong", _entry(public_id), form=form)


def _entry(public_id: str) -> RegisterEntry:
    return queries.entry(database.read(), public_id.lower())
