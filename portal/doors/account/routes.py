"""Routes of the pages for signing in and the own account, and of downloads for signed-in people."""

from portal.doors import downloads, file_pages, report_versions
from portal.doors.account import absence, calendar, entrance, own
from portal.doors.account.door import bp

__all__ = ["absence", "blueprints", "calendar", "entrance", "file_pages", "own", "report_versions"]

blueprints = (bp, downloads.bp)
