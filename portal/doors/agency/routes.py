"""Routes of all pages for agencies."""

from portal.doors.agency import (
    agreements,
    appeals,
    application,
    asked_lists,
    changes,
    chapters,
    conditions,
    declaration,
    details,
    drafts,
    draws,
    findings,
    hearing,
    home,
    letters,
    links,
    lists,
    messages,
    people,
    plan,
    questions,
    registration,
    remarks,
    requests,
    together,
    workbook,
)
from portal.doors.agency.door import bp

__all__ = [
    "agreements",
    "application",
    "asked_lists",
    "blueprints",
    "chapters",
    "declaration",
    "details",
    "drafts",
    "draws",
    "hearing",
    "home",
    "lists",
    "messages",
    "plan",
    "questions",
    "remarks",
    "requests",
    "together",
    "workbook",
]

for part in (appeals, changes, conditions, findings, letters, links, people):
    bp.register_blueprint(part.bp)

blueprints = (bp, registration.bp)
