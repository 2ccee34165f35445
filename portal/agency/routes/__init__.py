"""The pages of an agency: where its case stands, what it says of itself, its applications."""

from portal.agency.routes import application, declaration, details, home, lists, questions
from portal.agency.routes.door import bp

__all__ = ["application", "bp", "declaration", "details", "home", "lists", "questions"]
