"""The norm in force, for pages that name sectors and activities in its words."""

from datetime import date

from flask import current_app

from audits.schemes.text import SchemeText
from certificates.register.schemes import current_scheme
from portal.stores import database

_KEPT = "scheme in force"


def scheme_in_force(day: date) -> SchemeText | None:
    """Return the norm in force on `day`, or None.

    Asked once for as long as the register stands still, where pages are kept: its position moves with every version
    that is published.
    """
    extensions = current_app.extensions
    position = extensions["position"]() if "position" in extensions else None
    if position is None:
        return current_scheme(database.read(), day)
    at, kept = extensions.get(_KEPT, (None, None))
    if at != (position, day):
        kept = current_scheme(database.read(), day)
        extensions[_KEPT] = (position, day), kept
    found: SchemeText | None = kept
    return found
