"""Find certificates with signatures of compromised keys, and queue new files for them."""

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from certificates import seal as seals
from certificates.credentials import key_of
from certificates.lifecycle.services import Signed, enqueue_replacements
from portal.signing import credentials
from portal.signing.keys import current_keys
from portal.stores import files

log = logging.getLogger(__name__)


def enqueue(session: Session, *, because: str) -> int:
    """Queue new files for the certificates that need one; return how many. StorageDownError without the store."""
    files.store().check()
    return enqueue_replacements(session, counts=_counts_with(credentials.published()), because=because)


def _counts_with(published: frozenset[str]) -> Callable[[Signed], bool]:
    """Return a function that tells whether all signatures about a certificate are by trusted keys."""

    def counts(signed: Signed) -> bool:
        texts = [text for text in (signed.credential, signed.badge) if text]
        return all(key_of(text) in published for text in texts) and _file_counts(signed)

    return counts


def _file_counts(signed: Signed) -> bool:
    """Return whether seal and time-stamp are by trusted keys; False for a lost or damaged file."""
    try:
        seal, stamp = seals.signers_of(files.store().get(signed.sha256))
    except (files.StorageDownError, seals.ArchiveError):
        log.warning("the file of %s cannot be read", signed.number, exc_info=True)
        return False
    held = current_keys()
    return seal in held.sealers - held.distrusted and stamp not in held.distrusted
