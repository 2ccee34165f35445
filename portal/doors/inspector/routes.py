"""Routes of the pages for inspectors."""

from portal.doors.inspector import (
    audits,
    days,
    desk,
    findings,
    remarks,
    report,
    samples,
    scope,
)
from portal.doors.inspector.case import bp

__all__ = ["audits", "blueprints", "days", "desk", "findings", "remarks", "report", "samples", "scope"]

blueprints = (bp,)
