"""Routes of the pages for inspectors."""

from portal.doors.inspector import (
    audits,
    bulk,
    cell_files,
    cells,
    conflicts,
    days,
    devices,
    drafts,
    findings,
    interview,
    lists,
    matrix,
    offline,
    remarks,
    report,
    requests,
    requirements,
    samples,
    scope,
    units,
    vault,
)
from portal.doors.inspector.case import bp

__all__ = [
    "audits",
    "blueprints",
    "bulk",
    "cell_files",
    "cells",
    "conflicts",
    "days",
    "devices",
    "drafts",
    "findings",
    "interview",
    "lists",
    "matrix",
    "offline",
    "remarks",
    "report",
    "requests",
    "requirements",
    "samples",
    "scope",
    "units",
    "vault",
]

blueprints = (bp,)
