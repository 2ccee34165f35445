"""All pages of this door."""

from portal.account import entrance, own
from portal.account.door import bp

__all__ = ["bp", "entrance", "own"]
