"""Archival renewals: find documents whose proof ends soon, and add a time-stamp to each."""

import logging
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from audits.core import clock
from certificates import seal
from certificates.documents import archive
from certificates.documents.archive import Proof
from certificates.seal.time.authority import StampError
from portal.sight.meters import meters
from portal.signing.keys import current_keys
from portal.stores import files

AHEAD = timedelta(days=180)
_LOOK, _RENEW = 200, 50  # at most per run; the rest follows in the next run

log = logging.getLogger(__name__)


def renew_due(session: Session) -> int:
    """Renew documents whose last time-stamp ends within half a year; return how many. Idempotent."""
    archive.note_new(session, _look, limit=_LOOK)
    return archive.renew_due(session, partial(_renew, session), before=clock.now() + AHEAD, limit=_RENEW)


def archivist() -> "seal.Archivist":
    """Return the archivist with the configured time-stamps."""
    held = current_keys()
    return seal.Archivist(held.stamps, held.archive_data)


def _look(sha256: str) -> Proof | None:
    try:
        data = files.store().get(sha256)
        return Proof(sha256, len(data), seal.proves_until(data))
    except (files.StorageDownError, seal.ArchiveError):
        log.exception("a document cannot be read", extra={"sha256": sha256})
        return None


def _renew(session: Session, sha256: str) -> Proof | None:
    try:
        data = archivist().renew(files.store().get(sha256))
        meters().seals.labels("renewal").inc()
        return Proof(files.keep(session, data), len(data), seal.proves_until(data))
    except (files.StorageDownError, seal.ArchiveError, StampError):
        log.exception("a document cannot be renewed", extra={"sha256": sha256})
        return None
