"""All pages of this door."""

from portal.doors.account import entrance, own
from portal.doors.account.door import bp

__all__ = ["bp", "entrance", "own"]
