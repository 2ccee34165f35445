"""The whole register as files: made once for a day and a position of the log, from one snapshot of the database.

Nothing in them tells when they were made, so that whoever makes them again for the same day and position gets the same
bytes. A set that was made a quarter of an hour ago is sent again; its position says where the changes begin.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, Any

from audits.core import clock
from certificates.register import changes, queries
from portal.doors.registry.facts import agency_facts
from portal.doors.tables import cell, csv_line
from portal.settings import Settings
from portal.signing.ledger_file import alone
from portal.stores import parquet
from portal.stores.files import StorageDownError

FRESH_SECONDS = 900
CSV, LINES, PARQUET, MANIFEST = "agencies.csv", "agencies.jsonl", "agencies.parquet", "manifest.json"
BETWEEN = "|"
"""Parts the values of a list in a cell; no name holds it, see `cells`."""
COLUMNS = {
    "publicId": "string", "legalName": "string", "tradeNames": "string", "formerNames": "string", "country": "string",
    "registerNumber": "string", "city": "string", "status": "string", "reliable": "boolean", "statusSince": "date",
    "certificateNumber": "string", "validFrom": "date", "validUntil": "date", "conditions": "string",
    "activities": "string", "sectors": "string", "recruitmentCountries": "string", "ownHousing": "boolean",
    "schemeCode": "string", "schemeVersion": "string", "updatedAt": "dateTime",
}  # fmt: skip
KEY = "publicId"
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
                found = _fresh(home, today) or _make(session, home, today)
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


def cells(facts: Mapping[str, Any]) -> list[str]:
    """Return one agency of the open data as cells."""
    mark = facts["certificate"] or {}
    scope, scheme = mark.get("scope") or {}, mark.get("scheme") or {}
    values = {
        **facts,
        **{name: mark.get(name) for name in ("validFrom", "validUntil", "conditions")},
        **{name: scope.get(name) for name in ("activities", "sectors", "recruitmentCountries", "ownHousing")},
        "certificateNumber": mark.get("number"),
        "schemeCode": scheme.get("code"),
        "schemeVersion": scheme.get("version"),
    }
    return [_cell(values[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return BETWEEN.join(str(each).replace(BETWEEN, "/") for each in value)
    return cell(value)


def _fresh(home: Path, day: date) -> Path | None:
    last = max(home.glob(f"{day:%Y%m%d}-*"), key=made_at, default=None)
    return last if last and time.time() - made_at(last) < FRESH_SECONDS else None


def _make(session: Any, home: Path, day: date) -> Path:
    """Write a set beside its place and put it there when it is whole; of the older ones the last one stays."""
    asked_at = time.time()
    unfinished = Path(tempfile.mkdtemp(dir=home, prefix="unfinished-"))
    try:
        position, (rows, last) = changes.last_position(session), _write(session, unfinished, day)
        files = [_described(unfinished / name, rows) for name in (CSV, LINES, PARQUET)]
        held = {"day": day.isoformat(), "position": position, "updatedAt": last, "files": files}
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


def as_line(facts: Mapping[str, Any]) -> str:
    """Return one agency of the open data as a line."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write(session: Any, folder: Path, day: date) -> tuple[int, str | None]:
    """Write the files in one pass; return how many agencies they hold, and when the last of them changed."""
    rows, last = 0, ""
    with ExitStack() as stack:
        table, lines = (_opened(stack, folder / name) for name in (CSV, LINES))
        columns = stack.enter_context(parquet.writing(folder / PARQUET, COLUMNS, KEY))
        table.write(csv_line(list(COLUMNS)))
        for facts in _all(session, day):
            row = cells(facts)
            table.write(csv_line(row))
            columns(row)
            lines.write(as_line(facts))
            rows, last = rows + 1, max(last, facts["updatedAt"])
    return rows, last or None


def _opened(stack: ExitStack, path: Path) -> IO[str]:
    return stack.enter_context(path.open("w", encoding="utf-8", newline=""))


def _all(session: Any, day: date) -> Iterator[dict[str, Any]]:
    for entry in queries.all_entries(session):
        yield agency_facts(entry, day)


def _described(path: Path, rows: int) -> dict[str, Any]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "rows": rows, "size": path.stat().st_size, "sha256": sha256}
