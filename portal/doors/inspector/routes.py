"""Routes of the pages for inspectors."""

from portal.doors.inspector import (
    audits,
    cells,
    days,
    findings,
    lists,
    matrix,
    remarks,
    report,
    requirements,
    samples,
    scope,
    units,
)
from portal.doors.inspector.case import bp

__all__ = [
    "audits",
    "blueprints",
    "cells",
    "days",
    "findings",
    "lists",
    "matrix",
    "remarks",
    "report",
    "requirements",
    "samples",
    "scope",
    "units",
]

blueprints = (bp,)
