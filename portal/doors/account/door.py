"""The blueprint of the pages for signing in and for the own account."""

from flask import Blueprint

bp = Blueprint("account", __name__)
