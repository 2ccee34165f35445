"""The pages of an inspector: own audits, samples, the desk, the report, and what became of the findings."""

from portal.doors.inspector import (
    audits,
    desk,
    findings,
    report,
    samples,
)
from portal.doors.inspector.case import bp

__all__ = ["audits", "bp", "desk", "findings", "report", "samples"]
