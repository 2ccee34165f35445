"""Routes of the pages for inspectors."""

from portal.doors.inspector import (
    audits,
    desk,
    findings,
    remarks,
    report,
    samples,
)
from portal.doors.inspector.case import bp

__all__ = ["audits", "blueprints", "desk", "findings", "remarks", "report", "samples"]

blueprints = (bp,)
