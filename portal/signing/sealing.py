"""From the facts of a document to its sealed bytes, with the keys of this installation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app

from certificates import press
from portal.settings import Settings
from portal.signing.keys import current_keys


def sealed_document(kind: str, facts: Mapping[str, Any], *, at: datetime | None = None, **along: Any) -> bytes:
    """A document of these facts, printed with room for its seal, and sealed. `along` is for `press.render`."""
    settings: Settings = current_app.extensions["settings"]
    sealer = current_keys().sealer
    placeholder = sealer.placeholder(at)
    language, fonts = facts["language"], settings.fonts_dir
    return sealer.seal(
        press.render(kind, facts, language=language, fonts=fonts, placeholder=placeholder, **along), placeholder
    )
