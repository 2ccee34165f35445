"""The root blueprint of the office, which the pages of each subject join."""

from flask import Blueprint

from portal.doors.office.drafts import DraftAsked, send_drafts

bp = Blueprint("office", __name__, url_prefix="/office")
bp.register_error_handler(DraftAsked, send_drafts)
