"""Routes of all pages for staff."""

from portal.doors.office import (
    absences,
    agencies,
    appeals,
    applications,
    audits,
    calendar,
    certificates,
    changes,
    complaints,
    conditions,
    days,
    decisions,
    devices,
    exports,
    failed_jobs,
    findings,
    groups,
    history,
    home,
    interests,
    letters,
    links,
    notes,
    people,
    planning,
    proposals,
    readings,
    schemes,
    search,
    security_log,
    signals,
    team,
    vault,
    worklist,
)
from portal.doors.office.door import bp

__all__ = ["blueprints", "home", "readings"]

CASES = (
    agencies,
    applications,
    audits,
    findings,
    decisions,
    certificates,
    changes,
    conditions,
    planning,
    proposals,
    interests,
    groups,
    links,
    appeals,
    team,
    days,
    devices,
    absences,
    calendar,
    worklist,
    search,
    letters,
    history,
    notes,
    exports,
)
for part in (*CASES, schemes, people, failed_jobs, security_log, signals, vault, complaints):
    bp.register_blueprint(part.bp)

blueprints = (bp,)
