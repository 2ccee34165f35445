"""One search over cases, people and findings, for staff."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from audits.core.access import Permission
from audits.worklists.search import MOST, find
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("search", __name__, url_prefix="/search")

LONGEST = 200


@bp.get("/")
@needs(Permission.CASES_VIEW)
def search() -> ResponseReturnValue:
    """Find agencies, applications, audits, findings and people by words."""
    words = request.args.get("q", "").strip()[:LONGEST]
    return render_template(
        "office/search.html", text=words, found=find(database.read(), current_actor(), words), most=MOST
    )
