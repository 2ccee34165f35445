"""The names of our log and of ourselves as a witness, from where the register lives."""

from urllib.parse import urlsplit

from certificates.ledger.notes import Vkey
from portal.settings import Settings

PREFIX = "/ledger"
WITNESS_PREFIX = "/witness"


def origin(settings: Settings) -> str:
    """The origin of the log: the address of its prefix without the scheme, as C2SP tlog-tiles asks."""
    return _place(settings) + PREFIX


def witness_name(settings: Settings) -> str:
    """The name under which we cosign the logs of others."""
    return _place(settings) + WITNESS_PREFIX


def witnesses(settings: Settings) -> list[Vkey]:
    """Who may cosign our checkpoints."""
    return [Vkey.parse(each) for each in settings.ledger_witnesses]


def witnessed(settings: Settings) -> list[Vkey]:
    """Whose checkpoints we cosign."""
    return [Vkey.parse(each) for each in settings.ledger_witnessed]


def _place(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    return parts.netloc + parts.path.rstrip("/")
