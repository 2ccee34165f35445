"""The embedded server in a backup: a copy of the cluster, and its write-ahead log to any moment after the copy."""

import gzip
import json
import tarfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from audits.core import clock
from portal.backup.sets import BackupError, BackupSet, Kind, Manifest
from portal.host.embedded import EmbeddedError
from portal.host.recovery import Recoverable
from portal.stores.database import head
from portal.stores.places import PRIVATE_FOLDER, write_through

PATIENCE = 120.0  # for a segment that the server has finished to be archived
COPY, LOG = "database", "wal"
_SEGMENTS = 256  # of 16 MiB, with the same middle part of their names
_TIMELINE, _NAME = 8, 24  # letters of a name: its first part, and all of it


def copied(server: Recoverable, folder: Path, database: str) -> BackupSet:
    """Copy the cluster to a new set. The archive begins before the copy, so that nothing is missing between them."""
    server.begin_archive()
    server.copy(folder / COPY)
    now = clock.now()
    [written] = json.loads((folder / COPY / "backup_manifest").read_bytes())["WAL-Ranges"]
    first = _segment(written["Timeline"], written["Start-LSN"])
    made = BackupSet(folder, Manifest(Kind.CLUSTER, database, head(), now, now, next_segment=first))
    return made.with_parts(made.manifest, [f"{COPY}/{path.name}" for path in (folder / COPY).iterdir()])


def continued(made: BackupSet, server: Recoverable) -> BackupSet:
    """Add the write-ahead log up to this moment to a set."""
    again = f"make a new backup: {made.folder.name} cannot be continued"
    reaches = datetime.fromisoformat(server.ask(b"SELECT clock_timestamp()::text")).astimezone(UTC)
    server.ask(b"SELECT pg_current_xact_id()::text")  # a commit later than `reaches`, at which a recovery stops
    last = server.ask(b"SELECT pg_walfile_name(pg_switch_wal())")
    wanted, names = made.manifest.next_segment, []
    if wanted[:_TIMELINE] != last[:_TIMELINE]:
        raise BackupError(f"{again}, because the server was restored since")
    if not server.archive.is_dir():
        raise BackupError(f"{again}, because the server keeps no archive")
    _wait_for(server.archive / last)
    (made.folder / LOG).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    while wanted <= last:
        if not (server.archive / wanted).exists():
            raise BackupError(f"{again}, because {wanted} of the archive went to another one")
        names.append(f"{LOG}/{wanted}.gz")
        path = made.folder / names[-1]
        path.unlink(missing_ok=True)  # of a run that was cut short
        write_through(path, gzip.compress((server.archive / wanted).read_bytes(), 1))
        wanted = _after(wanted)
    return made.with_parts(replace(made.manifest, reaches=reaches, next_segment=wanted), names)


def tidy(made: BackupSet, server: Recoverable) -> None:
    """Delete the segments that the set has, and older ones, from the archive of the server."""
    for path in server.archive.glob("[0-9A-F]*"):
        if path.name[:_NAME] < made.manifest.next_segment:
            path.unlink()


def recovered(chosen: BackupSet, server: Recoverable, until: datetime | None) -> Path:
    """Recover the cluster of a set beside the present one; return the folder, for `put_in_place`."""
    work = server.workplace()
    data, log = work / "data", work / LOG
    for folder in (data, log, data / "pg_wal"):
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    for name, into in (("base", data), ("pg_wal", data / "pg_wal")):
        [archive] = (chosen.folder / COPY).glob(f"{name}.tar*")
        with tarfile.open(archive) as packed:
            packed.extractall(into, filter="data")
    for path in (chosen.folder / LOG).glob("*.gz"):
        if f"{LOG}/{path.name}" in chosen.manifest.parts:
            (log / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    wanted = [f"recovery_target_time={until.isoformat()}", "recovery_target_action=promote"] if until else []
    settings = [f"restore_command={server.fetching(log)}", "recovery_target_timeline=current", *wanted]
    try:
        server.recover(data, *settings)
    except EmbeddedError as error:
        raise BackupError(f"the database could not be recovered. {error}") from error
    return data


def _wait_for(path: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not path.exists():
        if time.monotonic() > end:
            raise BackupError(f"the server does not archive {path.name}; its log says why")
        time.sleep(0.05)


def _segment(timeline: int, place: str) -> str:
    """Return the name of the segment with a place in the log, such as `0/2000028`."""
    high, low = (int(part, 16) for part in place.split("/"))
    return f"{timeline:08X}{high:08X}{low >> 24:08X}"


def _after(segment: str) -> str:
    """Return the name of the segment after this one, on the same timeline."""
    high, low = divmod(int(segment[8:16], 16) * _SEGMENTS + int(segment[16:], 16) + 1, _SEGMENTS)
    return f"{segment[:_TIMELINE]}{high:08X}{low:08X}"
