"""Routes of the pages for signing in and the own account, and of downloads for signed-in people."""

from portal.doors import downloads
from portal.doors.account import entrance, own
from portal.doors.account.door import bp

__all__ = ["blueprints", "entrance", "own"]

blueprints = (bp, downloads.bp)
