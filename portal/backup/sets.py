"""Backup sets: a folder has several, and the stored files that they share; each set has a manifest of hashes.

    FOLDER/files/ab/cd/abcd…   stored files, under the same addresses as in the store
    FOLDER/TIME/manifest.json  what the set consists of
    FOLDER/TIME/database/…     the copy of the database
    FOLDER/TIME/wal/…          what was written since, segment by segment (embedded server)
    FOLDER/TIME/keys-…/…       the keyring, its keys encrypted as they are

A set is made under another name and renamed when it is whole; a manifest is replaced whole.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from portal.stores.files import Store, open_store
from portal.stores.places import PRIVATE_FOLDER, sync_folder, write_through

MANIFEST = "manifest.json"
FORMAT = 1
_UNFINISHED = ".new-"
_BLOCK = 1024 * 1024


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why. Nothing was changed, unless it says so."""


class Kind(StrEnum):
    """How the database was copied."""

    CLUSTER = "cluster"  # an embedded server as a whole, with its write-ahead log
    DUMP = "dump"  # one database of another server


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a set consists of. `begins` and `reaches` are the first and the last moment that it can restore."""

    kind: Kind
    database: str  # its name
    revision: str  # the newest migration of the code that made the set
    begins: datetime
    reaches: datetime
    keys: str = ""  # the folder of the keyring; empty where there was none
    next_segment: str = ""  # of the write-ahead log
    parts: dict[str, str] = field(default_factory=dict)  # hash by path
    files: list[str] = field(default_factory=list)  # addresses of stored files
    lost: list[str] = field(default_factory=list)  # those that the store did not have whole

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest; BackupError if it is none of ours."""
        try:
            found: dict[str, Any] = json.loads(path.read_bytes())
            if found.pop("format") != FORMAT:
                raise BackupError(f"{path} is of another format; restore it with the release that made it")
            moments = {name: datetime.fromisoformat(found[name]) for name in ("begins", "reaches")}
            return cls(**found | moments | {"kind": Kind(found["kind"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupError(f"{path} cannot be read: {error}") from error

    def write(self, folder: Path) -> None:
        """Replace the manifest of a set; when this returns, it is on disk."""
        fresh = folder / f"{_UNFINISHED}{MANIFEST}"
        fresh.unlink(missing_ok=True)
        text = json.dumps({"format": FORMAT} | asdict(self), default=datetime.isoformat, indent=1)
        write_through(fresh, text.encode())
        fresh.replace(folder / MANIFEST)
        sync_folder(folder)


@dataclass(frozen=True, slots=True)
class BackupSet:
    """One set that is whole."""

    folder: Path
    manifest: Manifest

    def check(self) -> None:
        """Raise BackupError unless every part is there and unchanged. Stored files are checked as they are copied."""
        wrong = [name for name, known in self.manifest.parts.items() if _hash(self.folder / name) != known]
        if wrong:
            raise BackupError(f"{self.folder} is damaged or not whole: {', '.join(sorted(wrong))}")

    def with_parts(self, manifest: Manifest, names: list[str]) -> Self:
        """Return the set with another manifest that has the hashes of these parts too."""
        hashes = {name: _hash(self.folder / name) for name in names}
        return replace(self, manifest=replace(manifest, parts=manifest.parts | hashes))

    def drop_unnamed(self) -> None:
        """Delete keyrings that another one has replaced, and what a run left that was cut short."""
        for path in self.folder.glob("keys-*"):
            if path.name != self.manifest.keys:
                shutil.rmtree(path)


class Vault:
    """The folder that backups go to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pool(self) -> Store:
        """Return the store of the files that all sets share."""
        return open_store((self.folder.resolve() / "files").as_uri())

    def sets(self) -> list[BackupSet]:
        """Return all sets, oldest first."""
        paths = sorted(self.folder.glob(f"[0-9]*/{MANIFEST}"))
        return [BackupSet(path.parent, Manifest.read(path)) for path in paths]

    def newest(self, moment: datetime | None = None) -> BackupSet:
        """Return the newest set that can restore this moment; BackupError if there is none."""
        found = [each for each in self.sets() if moment is None or each.manifest.begins <= moment]
        if not found:
            before = f" from before {moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""
            raise BackupError(f"{self.folder} has no backup{before}")
        return found[-1]

    def begin(self, moment: datetime) -> Path:
        """Make the folder of a new set, and remove what an interrupted backup left."""
        for left in self.folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        fresh = self.folder / f"{_UNFINISHED}{moment:%Y%m%dT%H%M%SZ}"
        fresh.mkdir(mode=PRIVATE_FOLDER)
        return fresh

    def finish(self, made: BackupSet) -> BackupSet:
        """Give a new set its name; from then on it counts."""
        made.manifest.write(made.folder)
        path = made.folder.with_name(made.folder.name.removeprefix(_UNFINISHED))
        made.folder.rename(path)
        sync_folder(self.folder)
        return replace(made, folder=path)

    def keep(self, many: int) -> list[str]:
        """Delete all sets but the newest ones, and files that no set names any more; return the names of the sets."""
        sets = self.sets()
        old, kept = sets[:-many], sets[-many:]
        for each in old:
            (each.folder / MANIFEST).unlink()  # first, so that half a set never counts
            shutil.rmtree(each.folder)
        named = {address for each in kept for address in each.manifest.files}
        for address in self.pool.addresses() - named if old else ():
            self.pool.remove(address)
        return [each.folder.name for each in old]


def _hash(path: Path) -> str:
    """Return the SHA-256 of a file, an empty text if there is none."""
    hasher = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                hasher.update(block)
    except FileNotFoundError:
        return ""
    return hasher.hexdigest()
