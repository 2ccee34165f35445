"""The door of the office: its root, to which the pages of each subject are joined."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")
