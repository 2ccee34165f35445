"""The letters to the own agency: about decisions and about terms."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from certificates.letters.queries import PAGE_SIZE, own_letters
from portal.doors.agency.door import own_id
from portal.language.letters import letter_title
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("letters", __name__, url_prefix="/letters")


@bp.get("/")
@needs(Permission.AGENCY_VIEW)
def list_letters() -> ResponseReturnValue:
    """List the letters to the agency, newest first."""
    actor, page = current_actor(), asked_page()
    own_id(actor)
    found = Page(own_letters(database.read(), actor, page), page, PAGE_SIZE)
    return render_template("agency/letters.html", found=found, title_of=letter_title)
