"""The page on which administrators search the security log."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from portal.doors.office.forms import SecurityLogForm
from portal.forms.fields import options
from portal.settings import current_settings
from portal.stores import database
from portal.web import security_log
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page
from portal.web.security_log import PAGE_SIZE, Found, Kind, Wanted

bp = Blueprint("security_log", __name__, url_prefix="/security-log")

WORDS = {
    Kind.SIGNED_IN: _l("Signed in with a password"),
    Kind.SIGN_IN_FAILED: _l("Sign-in failed"),
    Kind.SIGNED_OUT: _l("Signed out"),
    Kind.SESSIONS_ENDED: _l("Signed out elsewhere"),
    Kind.THROTTLED: _l("Too many attempts"),
    Kind.REFUSED: _l("No permission"),
    Kind.FORGED_FORM: _l("Form without a valid token"),
    Kind.RESET_ASKED: _l("Link for a new password asked"),
    Kind.LINK_REFUSED: _l("Link no longer works"),
    Kind.PASSWORD_SET: _l("Password set with a link"),
    Kind.PASSWORD_CHANGED: _l("Password changed"),
    Kind.ADDRESS_ASKED: _l("Another e-mail address asked"),
    Kind.ADDRESS_CHANGED: _l("E-mail address changed"),
    Kind.PASSWORD_REFUSED: _l("Wrong current password"),
    Kind.EVIDENCE_DOWNLOADED: _l("Evidence downloaded"),
    Kind.DOCUMENT_DOWNLOADED: _l("Document downloaded"),
    Kind.PERSON_INVITED: _l("Person invited"),
    Kind.ROLES_CHANGED: _l("Roles changed"),
    Kind.ACCOUNT_ENDED: _l("Account ended"),
    Kind.WORK_RETRIED: _l("Failed job tried again"),
    Kind.KEYS_CHANGED: _l("Keys changed"),
    Kind.AGENCY_REGISTERED: _l("Agency registered itself"),
    Kind.NOTE_FORGOTTEN: _l("Text of an event forgotten"),
    Kind.SIGNAL_READ: _l("Signal read"),
    Kind.VAULT_READ: _l("Signal in the vault read"),
    Kind.VAULT_READERS: _l("Readers of the vault changed"),
}


@bp.get("/")
@needs(Permission.SECURITY_LOG_VIEW)
def search() -> ResponseReturnValue:
    """Show the lines that match, newest first."""
    form = SecurityLogForm(request.args, meta={"csrf": False})
    form.kind.choices = options([("", _l("All")), *((kind.value, words) for kind, words in WORDS.items())])
    page = asked_page()
    right = form.validate()
    found: list[Found] = security_log.search(database.read(), current_actor(), _wanted(form), page) if right else []
    lines = Page(found, page, PAGE_SIZE)
    days = current_settings().security_log_days
    page_text = render_template("office/security_log.html", form=form, found=lines, words=WORDS, days=days)
    return page_text, 200 if right else 422


def _wanted(form: SecurityLogForm) -> Wanted:
    return Wanted(
        since=form.since.data,
        until=form.until.data,
        kind=Kind(form.kind.data) if form.kind.data else None,
        person=form.person.data or "",
        visitor=form.visitor.data or "",
    )
