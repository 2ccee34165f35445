"""The seal of this process: the key is read once, and never leaves the sealer."""

from functools import lru_cache

from flask import current_app

from certificates.seal import KeySealer, Sealer, ensure_demo_ca
from portal.settings import Settings


def sealer() -> Sealer:
    """The sealer that the settings name."""
    settings: Settings = current_app.extensions["settings"]
    return _sealer(settings)


@lru_cache(maxsize=1)
def _sealer(settings: Settings) -> Sealer:
    ensure_demo_ca(settings.seal_dir, settings.body_name, settings.seal_passphrase)
    return KeySealer.load(settings.seal_dir, settings.seal_passphrase)
