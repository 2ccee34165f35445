"""Restore a backup: the database, then the keys that are missing, then the files that it names.

The keyring that is there stays: it knows which head and which numbers came last, and a backup does not. One that comes
from the backup is told to doubt what it remembers, so that the log stands still until somebody says why it may go on.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from certificates.ledger.memory import HeadMemory
from certificates.seal.keyring.keys import MANIFEST as KEYRING
from certificates.seal.keyring.keys import KeysError, read_manifest
from portal.backup import cluster, dump
from portal.backup.sets import BackupError, BackupSet, Kind, Vault
from portal.host.recovery import Recoverable
from portal.host.supervisor import migrate
from portal.stores import checking, files
from portal.stores.files import FileLostError
from portal.stores.places import PRIVATE_FOLDER, write_through


@dataclass(frozen=True, slots=True)
class Files:
    """What was done about the files: put back, not to be had, and named by nothing in the restored database."""

    restored: int
    lost: Sequence[str]
    unnamed: int


def choose(vault: Vault, until: datetime | None, seal_dir: Path) -> BackupSet:
    """Return the set that restores a moment, or the newest state; BackupError unless all of it can be restored."""
    chosen = vault.newest(until)
    manifest = chosen.manifest
    if until and manifest.kind is Kind.CLUSTER and until > manifest.reaches:
        raise BackupError(
            f"the backup reaches until {manifest.reaches:%Y-%m-%d %H:%M:%S} UTC; `backup --add` adds more"
        )
    chosen.check()
    if (seal_dir / KEYRING).exists() and manifest.keys:
        missing = _key_ids(chosen.folder / manifest.keys) - _key_ids(seal_dir)
        if missing:
            raise BackupError(f"{seal_dir} has another keyring, without {', '.join(sorted(missing))}; move it away")
    return chosen


def restore_cluster(chosen: BackupSet, server: Recoverable, until: datetime | None, aside: Path) -> None:
    """Replace the cluster of an embedded server that does not run. The one that is there goes to `aside`."""
    if chosen.manifest.kind is not Kind.CLUSTER:
        raise BackupError(f"{chosen.folder} is of another server: name one in DATABASE_URL and OWNER_DATABASE_URL")
    server.put_in_place(cluster.recovered(chosen, server, until), aside)


def restore_dump(chosen: BackupSet, owner_url: str) -> None:
    """Fill an empty database of another server."""
    if chosen.manifest.kind is not Kind.DUMP:
        raise BackupError(f"{chosen.folder} is of the server of make serve: restore it without DATABASE_URL")
    dump.check_empty(owner_url)
    dump.read(owner_url, chosen.folder / cluster.COPY)
    migrate(owner_url)  # also what a dump does not have: who may connect to the database


def restore_keys(chosen: BackupSet, seal_dir: Path) -> bool:
    """Put the keyring of a set where there is none; return whether that was done."""
    source = chosen.folder / chosen.manifest.keys
    if (seal_dir / KEYRING).exists() or not chosen.manifest.keys:
        return False
    seal_dir.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    moment = f"{chosen.manifest.reaches:%Y-%m-%d %H:%M} UTC"
    why = f"is that of a backup ({moment}), and knows nothing of later heads and numbers"
    # The manifest of the keyring comes last: from then on it is there, and must doubt already.
    for path in sorted(source.rglob("*"), key=lambda path: path.name == KEYRING):
        target = seal_dir / path.relative_to(source)
        if path.is_file():
            target.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            target.unlink(missing_ok=True)  # of a restore that was cut short
            if path.name == KEYRING:
                HeadMemory(seal_dir).doubt(why)
            write_through(target, path.read_bytes())
    return True


def restore_files(session: Session, vault: Vault) -> Files:
    """Read every file that the database names, and put back those that are missing or damaged.

    Those that no backup has are recorded as lost. Files that nothing names stay for a week from now.
    """
    store, pool = files.store(), vault.pool
    named, there = checking.named(session), store.addresses()
    restored, lost = 0, []
    for address in sorted(named):
        try:
            store.get(address)
        except FileLostError:
            with suppress(FileLostError):
                store.put(pool.get(address))
                restored += 1
                continue
            lost.append(address)
    checking.note_lost(session, lost)
    unnamed = there - named
    for address in unnamed:
        with suppress(FileLostError):
            store.put(store.get(address))  # counts as written now
    return Files(restored, lost, len(unnamed))


def _key_ids(folder: Path) -> set[str]:
    try:
        return {entry.id for entry in read_manifest(folder)}
    except KeysError as error:
        raise BackupError(str(error)) from error
