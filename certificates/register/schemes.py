"""Load published schemes by digest; cached per process."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.errors import NotFoundError
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import SchemeText

# Versions are few and never change; without the cache every page would load the whole text.
_known: dict[str, SchemeText] = {}


def current_scheme(session: Session, day: date) -> SchemeText | None:
    """Return the newest scheme that is valid on `day`, or None."""
    query = select(SchemeVersion.sha256).where(SchemeVersion.valid_from <= day)
    newest = query.order_by(SchemeVersion.valid_from.desc(), SchemeVersion.published_at.desc()).limit(1)
    sha256 = session.scalar(newest)
    return scheme_by_digest(session, sha256) if sha256 else None


def scheme_by_digest(session: Session, sha256: str) -> SchemeText:
    """Return the scheme with this digest."""
    if sha256 not in _known:
        version = session.scalar(select(SchemeVersion).where(SchemeVersion.sha256 == sha256))
        if version is None:
            raise NotFoundError("There is no such version of the norm.")
        _known[sha256] = scheme_of_version(version)
    return _known[sha256]


def known_scheme(sha256: str) -> SchemeText | None:
    """Return the scheme with this digest if this process has loaded it."""
    return _known.get(sha256)
