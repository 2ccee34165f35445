"""The pages of an inspector: own audits, samples, the desk, the report, and what became of the findings."""

from portal.inspector.routes import audits, desk, findings, report, samples
from portal.inspector.routes.case import bp

__all__ = ["audits", "bp", "desk", "findings", "report", "samples"]
