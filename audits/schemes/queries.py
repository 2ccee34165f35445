"""Reads of published scheme versions."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.errors import NotFoundError, RuleError
from audits.schemes.models import SchemeVersion
from audits.schemes.source import parse
from audits.schemes.text import SchemeText

_KNOWN: dict[str, SchemeText] = {}  # by the hash of the source


def scheme_of_version(version: SchemeVersion) -> SchemeText:
    """The norm itself: texts, severities, points, thresholds. Read once per process, as a version never changes."""
    known = _KNOWN.get(version.sha256)
    if known is None:
        known = _KNOWN[version.sha256] = parse(version.source)
    return known


def scheme(session: Session, version_id: UUID) -> SchemeText:
    """The norm of a version id."""
    return scheme_of_version(get_version(session, version_id))


def get_version(session: Session, version_id: UUID) -> SchemeVersion:
    """One version, or NotFoundError."""
    version = session.get(SchemeVersion, version_id)
    if version is None:
        raise NotFoundError("There is no such version of the norm.")
    return version


def version_for(session: Session, day: date) -> SchemeVersion:
    """The version that a new application of `day` is held to: the newest that is valid by then."""
    version = session.scalar(
        select(SchemeVersion)
        .where(SchemeVersion.valid_from <= day)
        .order_by(SchemeVersion.valid_from.desc(), SchemeVersion.published_at.desc())
        .limit(1)
    )
    if version is None:
        raise RuleError("No version of the norm is published yet.")
    return version


def list_versions(session: Session) -> list[SchemeVersion]:
    """All versions, newest first."""
    return list(
        session.scalars(
            select(SchemeVersion).order_by(SchemeVersion.valid_from.desc(), SchemeVersion.published_at.desc())
        )
    )
