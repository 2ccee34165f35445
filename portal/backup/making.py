"""Make a backup: what the keys remember of the log, then the database, then keys and files.

In this order every file that the restored database names was stored when the files were copied, and every head of the
log that the restored keys remember is one of a log that the restored database has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, func, select

from audits.core import clock
from certificates.ledger import memory
from certificates.seal.keyring.keys import MANIFEST as KEYRING
from certificates.seal.keyring.keys import alone
from portal.backup import cluster, dump
from portal.backup.sets import BackupError, BackupSet, Kind, Manifest, Vault
from portal.host.recovery import Recoverable
from portal.settings import Settings
from portal.stores.database import head
from portal.stores.files import FileLostError, open_store
from portal.stores.periodic import lock_of
from portal.stores.places import PRIVATE_FOLDER, write_through

Source = Recoverable | str  # an embedded server, or the address of a database for its owner


def make(vault: Vault, source: Source, settings: Settings) -> BackupSet:
    """Make a new set. What goes wrong leaves none behind: BackupError, EmbeddedError, StorageDownError, OSError."""
    began = clock.now()
    fresh, database = vault.begin(began), dump.name_of(settings.database_url)
    with _nothing_collected(settings):
        remembered = _memory(settings.seal_dir)
        if isinstance(source, str):
            made = _dumped(source, fresh, database)
        else:
            made = cluster.continued(cluster.copied(source, fresh, database), source)
        made = vault.finish(_with_files(_with_keys(made, settings.seal_dir, remembered, began), vault, settings))
    if isinstance(source, Recoverable):
        cluster.tidy(made, source)
    return made


def add(vault: Vault, source: Source, settings: Settings) -> BackupSet:
    """Add to the newest set what happened since, so that it reaches until now."""
    newest, began = vault.newest(), clock.now()
    if isinstance(source, str) or newest.manifest.kind is not Kind.CLUSTER:
        raise BackupError("only a backup of the server of make serve can be added to; make a new one")
    with _nothing_collected(settings):
        remembered = _memory(settings.seal_dir)
        made = cluster.continued(newest, source)
        made = _with_files(_with_keys(made, settings.seal_dir, remembered, began), vault, settings)
    made.manifest.write(made.folder)
    cluster.tidy(made, source)
    made.drop_unnamed()
    return made


def _dumped(owner_url: str, fresh: Path, database: str) -> BackupSet:
    began, folder = clock.now(), fresh / cluster.COPY
    folder.mkdir(mode=PRIVATE_FOLDER)
    dump.write(owner_url, folder)
    made = BackupSet(fresh, Manifest(Kind.DUMP, database, head(), began, began))
    return made.with_parts(made.manifest, [f"{cluster.COPY}/{dump.FILE}"])


def _with_files(made: BackupSet, vault: Vault, settings: Settings) -> BackupSet:
    """Copy the files of the store that the folder of backups does not have; note those that the store has lost."""
    store, pool = open_store(settings.storage_url, settings.storage_endpoint), vault.pool
    found, had, lost = store.addresses(), pool.addresses(), []
    for address in sorted(found - had):
        try:
            pool.put(store.get(address))
        except FileLostError:
            lost.append(address)
    files = sorted(found.difference(lost).union(made.manifest.files))
    return replace(made, manifest=replace(made.manifest, files=files, lost=lost))


def _with_keys(made: BackupSet, seal_dir: Path, remembered: bytes | None, now: datetime) -> BackupSet:
    """Copy the keyring to a new folder of the set, with what it remembered of the log when the backup began."""
    if not (seal_dir / KEYRING).exists():
        return made
    folder, found = f"keys-{now:%Y%m%dT%H%M%S%fZ}", {memory.FILE: remembered} if remembered else {}
    with alone(seal_dir):
        for path in seal_dir.rglob("[!.]*"):
            if path.is_file() and path.name != memory.FILE:
                found[str(path.relative_to(seal_dir))] = path.read_bytes()
    for name, data in found.items():
        path = made.folder / folder / name
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        write_through(path, data)
    parts = {name: known for name, known in made.manifest.parts.items() if not name.startswith("keys-")}
    manifest = replace(made.manifest, keys=folder, parts=parts)
    return made.with_parts(manifest, [f"{folder}/{name}" for name in found])


def _memory(seal_dir: Path) -> bytes | None:
    try:
        return (seal_dir / memory.FILE).read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def _nothing_collected(settings: Settings) -> Iterator[None]:
    """Keep workers from deleting files meanwhile: the task that does has a lock."""
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(select(func.pg_advisory_lock(lock_of("files.collect"))))
            yield
    finally:
        engine.dispose()
