"""The whole register as files: made once for a day and a position of the log, from one snapshot of the database.

Nothing in them tells when they were made, so that whoever makes them again for the same day and position gets the same
bytes. A set that was made a quarter of an hour ago is sent again; its position says where the changes begin.
Texts are kept packed: the lines of two million agencies are 2.6 GB, packed 100 MB.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from audits.core import clock
from certificates.register import changes
from certificates.register.lines import Line, lines
from portal.doors.tables import csv_line, without_formulas
from portal.settings import Settings
from portal.signing.ledger_file import alone
from portal.stores import parquet
from portal.stores.files import StorageDownError
from portal.stores.packed import ENDING, Packed, digest_of, unpack

FRESH_SECONDS = 900
CSV, LINES, PARQUET, MANIFEST = "agencies.csv", "agencies.jsonl", "agencies.parquet", "manifest.json"
COLUMNS = {
    "publicId": "string", "legalName": "string", "tradeNames": "string", "formerNames": "string", "country": "string",
    "registerNumber": "string", "city": "string", "status": "string", "reliable": "boolean", "statusSince": "date",
    "certificateNumber": "string", "validFrom": "date", "validUntil": "date", "conditions": "string",
    "activities": "string", "sectors": "string", "recruitmentCountries": "string", "ownHousing": "boolean",
    "schemeCode": "string", "schemeVersion": "string", "updatedAt": "dateTime",
}  # fmt: skip
KEY = "publicId"
_AS_READ = "as-read"  # a folder in a set
_CHANGED = slice(-21, -1)  # the last cell without its quotes
_AT_ONCE = 100  # entries, about as much as a socket holds: the database goes on meanwhile
_PATIENCE = 10.0  # seconds


def newest(session: Any, settings: Settings, *, patience: float = _PATIENCE) -> Path:
    """Return the folder of the newest set, made if the last one is of another day or too old.

    BeingMadeError when somebody else makes it and that takes long; StorageDownError without the folder.
    """
    home, today = home_of(settings), clock.today()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (found := _fresh(home, today)) is None:
            with alone(home / "lock", patience):
                found = _fresh(home, today) or _make(session, home, settings.public_url, today)
    except OSError as error:
        raise StorageDownError("the folder of the cache cannot be used") from error
    return found


def home_of(settings: Settings) -> Path:
    """Return the folder in which the sets are."""
    return settings.cache_dir / "dumps"


def made_at(folder: Path) -> float:
    """Return as of when a set holds, whether it was made then or found to be unchanged: seconds since 1970."""
    return folder.stat().st_mtime


def last(settings: Settings) -> Path | None:
    """Return the folder of the last set, of whichever day; None if there is none."""
    made = [each for each in home_of(settings).glob("[0-9]*-*") if (each / MANIFEST).is_file()]
    return max(made, key=made_at, default=None)


def manifest(folder: Path) -> dict[str, Any]:
    """Return what a set holds."""
    held: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    return held


def as_read(folder: Path, name: str) -> Path:
    """Return a file of a set as one reads it; one that is kept packed is unpacked for the first who asks, and stays.

    StorageDownError without room.
    """
    place, source = folder / _AS_READ / name, folder / f"{name}{ENDING}"
    if not source.exists():
        return folder / name
    try:
        if not place.exists():
            unpack(source, place)
    except OSError as error:
        raise StorageDownError("the folder of the cache cannot be used") from error
    return place


def _fresh(home: Path, day: date) -> Path | None:
    last = max(home.glob(f"{day:%Y%m%d}-*"), key=made_at, default=None)
    return last if last and time.time() - made_at(last) < FRESH_SECONDS else None


def _make(session: Any, home: Path, base: str, day: date) -> Path:
    """Write a set beside its place and put it there when it is whole; of the older ones the last one stays."""
    asked_at = time.time()
    unfinished = Path(tempfile.mkdtemp(dir=home, prefix="unfinished-"))
    try:
        position, (files, last) = changes.last_position(session), _write(session, unfinished, base, day)
        held = {"day": day.isoformat(), "position": position, "updatedAt": last, "files": files}
        (unfinished / _AS_READ).mkdir()
        (unfinished / MANIFEST).write_text(json.dumps(held, indent=1))
        digest = hashlib.sha256((unfinished / MANIFEST).read_bytes()).hexdigest()[:16]
        place = home / f"{day:%Y%m%d}-{digest}"
        olds = [each for each in home.iterdir() if each.is_dir() and each not in {unfinished, place}]
        for old in sorted(olds, key=made_at)[:-1]:
            shutil.rmtree(old)
        if not place.exists():  # else nothing has changed since
            unfinished.rename(place)
        os.utime(place, (asked_at, asked_at))
        return place
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write(session: Any, folder: Path, base: str, day: date) -> tuple[list[dict[str, Any]], str | None]:
    """Write the files in one pass; return what the set says of each, and when the last agency changed."""
    rows, last = 0, b""
    with ExitStack() as stack:
        table, listed = (stack.enter_context(Packed.begun(folder / f"{name}{ENDING}")) for name in (CSV, LINES))
        columns = stack.enter_context(parquet.writing(folder / PARQUET, COLUMNS, KEY))
        table.write(csv_line(list(COLUMNS)).encode())
        for facts, cells in _batches(lines(session, day, base, list(COLUMNS))):
            row = b"\r\n".join([*cells, b""])
            columns(row)
            table.write(without_formulas(row))
            listed.write(b"\n".join([*facts, b""]))
            rows, last = rows + len(cells), max(last, *(each[_CHANGED] for each in cells))
    digests = {CSV: table.plain, f"{CSV}{ENDING}": table.packed, LINES: listed.plain, f"{LINES}{ENDING}": listed.packed}
    digests[PARQUET] = digest_of(folder / PARQUET)
    files = [{"name": name, "rows": rows, "size": each.size, "sha256": each.sha256} for name, each in digests.items()]
    return files, last.decode() or None


def _batches(found: Iterator[Line]) -> Iterator[Iterator[tuple[bytes, ...]]]:
    """Yield the JSON of some agencies, and their cells."""
    while batch := list(islice(found, _AT_ONCE)):
        yield zip(*batch, strict=True)
