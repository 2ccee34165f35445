"""All pages of signing in and of one's own account, and the downloads of whoever is signed in."""

from portal.doors import downloads
from portal.doors.account import entrance, own
from portal.doors.account.door import bp

__all__ = ["blueprints", "entrance", "own"]

blueprints = (bp, downloads.bp)
