"""Routes of all pages for staff."""

from portal.doors.office import (
    applications,
    audits,
    certificates,
    decisions,
    failed_jobs,
    findings,
    home,
    people,
    schemes,
    security_log,
)
from portal.doors.office.door import bp

__all__ = ["blueprints", "home"]

for part in (applications, audits, findings, decisions, certificates, schemes, people, failed_jobs, security_log):
    bp.register_blueprint(part.bp)

blueprints = (bp,)
