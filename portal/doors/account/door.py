"""The door to which the pages of signing in and of one's own account are hung."""

from flask import Blueprint

bp = Blueprint("account", __name__)
