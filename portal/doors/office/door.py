"""The root blueprint of the office, which the pages of each subject join."""

from flask import Blueprint

bp = Blueprint("office", __name__, url_prefix="/office")
