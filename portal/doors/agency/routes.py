"""The pages of an agency: where its case stands, what it says of itself, its applications."""

from portal.doors.agency import (
    application,
    declaration,
    details,
    home,
    lists,
    questions,
)
from portal.doors.agency.door import bp

__all__ = ["application", "bp", "declaration", "details", "home", "lists", "questions"]
