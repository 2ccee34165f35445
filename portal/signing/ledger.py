"""The names of our log and our witness, derived from the address of the register, and the archive."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from certificates.credentials import jwks
from certificates.credentials.status import list_url
from certificates.ledger import dump
from certificates.ledger.models import SignedCheckpoint
from certificates.ledger.notes import Vkey
from certificates.register.queries import all_credentials
from certificates.seal import Keyring, KeysError
from certificates.status_lists import all_lists
from portal.settings import Settings
from portal.stores.files import StorageDownError

PREFIX = "/ledger"
WITNESS_PREFIX = "/witness"


def origin(settings: Settings) -> str:
    """Return the origin of the log: its address without the scheme, as C2SP tlog-tiles requires."""
    return _place(settings) + PREFIX


def witness_name(settings: Settings) -> str:
    """Return the name under which we cosign other logs."""
    return _place(settings) + WITNESS_PREFIX


def witnesses(settings: Settings) -> list[Vkey]:
    """Return the witnesses that may cosign our checkpoints."""
    return [Vkey.parse(each) for each in settings.ledger_witnesses]


def witnessed(settings: Settings) -> list[Vkey]:
    """Return the logs whose checkpoints we cosign."""
    return [Vkey.parse(each) for each in settings.ledger_witnessed]


def archive(session: Session, checkpoint: SignedCheckpoint, settings: Settings) -> Iterator[bytes]:
    """Yield the archive of the log at a checkpoint, in pieces. Reads public keys only."""
    try:
        ring = Keyring.open(settings.seal_dir)
        roots, keys = ring.roots(), ring.credential_public()
    except KeysError as error:
        raise StorageDownError("the keys of the seal are missing") from error
    issuer = settings.public_url
    around = dump.Surroundings(
        issuer=issuer,
        witnesses=witnesses(settings),
        roots=roots,
        jwks=jwks(keys.values()),
        credentials=all_credentials(session),
        status_lists=((list_url(issuer, each.purpose, each.number), each.token) for each in all_lists(session)),
    )
    return dump.write(session, checkpoint, around)


def _place(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    return parts.netloc + parts.path.rstrip("/")
