"""Print, seal and store a document with the keys of this installation."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certificates import press
from certificates.documents.stages import DocumentKind, Prepared, Sealed, SealedHash
from portal.settings import current_settings
from portal.sight.meters import meters
from portal.signing.keys import current_keys
from portal.stores import files


def sealed_document(
    kind: DocumentKind,
    facts: Mapping[str, Any],
    *,
    at: datetime | None = None,
    prepare: Callable[..., Prepared] = press.prepare,
    **along: Any,
) -> Sealed:
    """Print a document with a placeholder, and seal it. `along` is passed to `prepare`, which prints."""
    settings = current_settings()
    sealer = current_keys().sealer
    placeholder = sealer.placeholder(at)
    along |= {"language": facts["language"], "fonts": settings.fonts_dir, "compiled": settings.compiled_press}
    sealed = sealer.seal(prepare(kind, facts, placeholder, **along), placeholder)
    meters().seals.labels(kind.value).inc()
    return sealed


def keep(session: Session, sealed: Sealed) -> tuple[SealedHash, int]:
    """Store a sealed file for a row of this transaction; return hash and size for its record."""
    return SealedHash(files.keep(session, sealed)), len(sealed)
