"""Keep the register in one file beside the database, written as it changes and read by index: never loaded as a whole.

One process writes (SQLite with a rollback journal); many read, each for one answer. A file that was begun anew takes
the place of the old one when it is whole.
"""

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from audits.core.calendar import months_after
from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import COUNTS, CertificateState
from certificates.register.changes import LoggedChange
from certificates.register.keeping import Kept, entry_from, history_from
from certificates.register.models import RegisterEntry
from certificates.register.queries import Asked, Figures
from certificates.register.rules import Line, agency_status
from certificates.register.search.cursor import Sort
from certificates.register.search.plans import MOST
from certificates.register.search.typed import Typed

FORM = 1
"""Version of the tables below. Raise it when they, or what `Kept` has, change: an older file is then made anew."""
MOST_CHANGES = 100_000  # the latest ones; who is further behind must wait for the database
_PATIENCE = 2.0  # seconds that a reader waits for a writer, and a writer for readers
_WHOLE, _TAG, _NUMBER = "═", "§", "№"
"""Signs before words that are a whole name, filters and numbers: the tokenizer takes all but ASCII for letters."""
_TABLES = """
CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT, public_id TEXT NOT NULL UNIQUE, sort_name TEXT NOT NULL,
  listed INTEGER NOT NULL, state TEXT, conditional INTEGER NOT NULL, valid_until TEXT, applied_until TEXT,
  updated_at TEXT NOT NULL, plain TEXT NOT NULL, history TEXT NOT NULL
);
CREATE TABLE change (position INTEGER PRIMARY KEY, public_id TEXT NOT NULL, plain TEXT NOT NULL);
CREATE TABLE kept (form INTEGER NOT NULL, made TEXT NOT NULL, moment TEXT NOT NULL, behind INTEGER NOT NULL);
CREATE VIRTUAL TABLE word USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii');
"""
_INDEXES = """
CREATE INDEX by_name ON entry (sort_name, public_id);
CREATE INDEX by_change ON entry (updated_at);
CREATE INDEX by_state ON entry (state, valid_until);
CREATE INDEX of_agency ON change (public_id);
"""
_SHOWN = "listed AND (state IS NOT NULL OR applied_until >= :day)"


def path_in(folder: Path) -> Path:
    """Return the file in the folder of the cache."""
    return folder / "kept" / "register.db"


class KeptFile:
    """The file, open; one connection for one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.execute("PRAGMA cache_size = -2000")  # KiB: what a process that answers may spend

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Self | None]:
        """Yield the file for reading; None where there is none, or one of another form."""
        if not path.is_file():
            yield None
            return
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
            connection.execute("PRAGMA query_only = 1")
            found = connection.execute("SELECT form FROM kept").fetchone()
            yield cls(connection) if found == (FORM,) else None

    @property
    def moment(self) -> datetime:
        """Return as of when it holds."""
        return datetime.fromisoformat(self._one("SELECT moment FROM kept"))

    @property
    def made(self) -> datetime:
        """Return when it was begun anew."""
        return datetime.fromisoformat(self._one("SELECT made FROM kept"))

    @property
    def last_change(self) -> datetime | None:
        """Return when the last of its entries changed."""
        last = self._one("SELECT max(updated_at) FROM entry")
        return datetime.fromisoformat(last) if last else None

    @property
    def behind(self) -> int:
        """Return the position in the log behind which every change is kept."""
        return int(self._one("SELECT behind FROM kept"))

    @property
    def last_position(self) -> int:
        """Return the position of its last change, or `behind` if it has none."""
        found: int | None = self._one("SELECT max(position) FROM change")
        return self.behind if found is None else found

    def entry(self, public_id: str) -> RegisterEntry | None:
        """Return the entry with this permanent name."""
        return next(self._entries("SELECT plain FROM entry WHERE public_id = :name", {"name": public_id}), None)

    def history(self, public_id: str, day: date) -> list[Line] | None:
        """Return every status of an agency up to `day`, newest first; None without an entry."""
        found = self._one("SELECT history FROM entry WHERE public_id = :name", {"name": public_id})
        return history_from(json.loads(found), day) if found else None

    def latest(self, day: date, limit: int = 6) -> list[RegisterEntry]:
        """Return the listed entries that changed last."""
        query = f"SELECT plain FROM entry WHERE {_SHOWN} ORDER BY updated_at DESC, public_id LIMIT :limit"  # noqa: S608
        return list(self._entries(query, {"day": day.isoformat(), "limit": limit}))

    def figures(self, day: date) -> Figures:
        """Return the figures of the home page."""
        counting, lost = (f"state IN ({_quoted(states)})" for states in (COUNTS, _LOST))
        query = "SELECT count(*) FROM entry WHERE "
        certified = self._one(f"{query}{counting} AND valid_until >= :day", {"day": day.isoformat()})
        return Figures(certified, self._one(query + lost), self.last_change)

    def with_numbers(self, asked: Asked, numbers: Sequence[str]) -> tuple[list[RegisterEntry], int]:
        """Return a page of the entries that have one of these numbers, and how many there are."""
        return self._found(asked, _any(_NUMBER + number for number in numbers), "")

    def with_words(self, asked: Asked, named: Typed | None) -> tuple[list[RegisterEntry], int]:
        """Return a page of the entries whose names have all these words, or begin so, and how many there are.

        Who is called just so comes first. None stands for all entries.
        """
        if named is None:
            return self._found(asked, "", "")
        whole = _any(_WHOLE + form for form in named.tell if " " not in form)
        return self._found(asked, " AND ".join(_fits(unit.fitting) for unit in named.units), whole)

    def changes(self, since: int, limit: int) -> list[LoggedChange]:
        """Return the changes behind a position, oldest first."""
        query = "SELECT plain FROM change WHERE position > ? ORDER BY position LIMIT ?"
        return [_change(row) for row in self._db.execute(query, (since, limit))]

    def newest(self, public_ids: Sequence[str], limit: int = 100) -> list[LoggedChange]:
        """Return the latest changes, newest first: of these agencies; of all if none is named."""
        within = f"WHERE public_id IN ({','.join('?' * len(public_ids))})" if public_ids else ""
        query = f"SELECT plain FROM change {within} ORDER BY position DESC LIMIT ?"  # noqa: S608
        return [_change(row) for row in self._db.execute(query, (*public_ids, limit))]

    def _found(self, asked: Asked, match: str, whole: str) -> tuple[list[RegisterEntry], int]:
        filters = [_any(_tag(tag) for tag in group) for group in asked.filters.tags]
        given: dict[str, Any] = {"day": asked.day.isoformat(), "most": MOST + 1, "whole": whole}
        given |= {"match": " AND ".join(filter(None, [match, *filters]))}
        given |= {"size": asked.size, "skipped": (asked.page - 1) * asked.size}
        conditions = [_SHOWN]
        if given["match"]:
            conditions.append("id IN (SELECT rowid FROM word WHERE word MATCH :match LIMIT :most)")
        if statuses := asked.filters.statuses:
            self._db.create_function("status_on", 4, _Statuses(asked.day), deterministic=True)
            columns = "state, conditional, valid_until, applied_until"
            conditions.append(f"status_on({columns}) IN ({_quoted(statuses)})")
        best = "id IN (SELECT rowid FROM word WHERE word MATCH :whole) DESC, " if whole else ""
        order = {
            Sort.RELEVANCE: f"{best}sort_name, public_id", Sort.NAME: "sort_name, public_id",
            Sort.CHANGED: "updated_at DESC, public_id",
        }[asked.sort]  # fmt: skip
        begin = f"FROM entry WHERE {' AND '.join(conditions)}"
        total = self._one(f"SELECT count(*) FROM (SELECT 1 {begin} LIMIT :most)", given)  # noqa: S608
        query = f"SELECT plain {begin} ORDER BY {order} LIMIT :size OFFSET :skipped"
        return list(self._entries(query, given)) if total else [], total

    def _entries(self, query: str, given: dict[str, Any]) -> Iterator[RegisterEntry]:
        for (plain,) in self._db.execute(query, given):
            yield entry_from(json.loads(plain))

    def _one(self, query: str, given: dict[str, Any] | None = None) -> Any:
        row = self._db.execute(query, given or {}).fetchone()
        return row[0] if row else None


class KeptWriter(KeptFile):
    """The file for the one process that keeps it; nobody sees a part of what one `with` writes."""

    @classmethod
    @contextmanager
    def begun(cls, path: Path, made: datetime, behind: int) -> Iterator[Self]:
        """Begin the file anew beside its place, and put it there when the block ends well."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix="unfinished-")
        os.close(handle)
        try:
            with closing(sqlite3.connect(name, isolation_level=None)) as connection:
                connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; {_TABLES}")
                connection.execute("INSERT INTO kept VALUES (?, ?, ?, ?)", (FORM, *[made.isoformat()] * 2, behind))
                yield cls(connection)
                connection.executescript(_INDEXES)  # commits first
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)

    @classmethod
    @contextmanager
    def changing(cls, path: Path, moment: datetime) -> Iterator[Self]:
        """Change the file, which then holds as of `moment`."""
        with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE kept SET moment = ?", (moment.isoformat(),))
            yield cls(connection)

    def put(self, kept: Kept) -> None:
        """Put an entry in the place of what was kept of it; nothing is written if that is the same.

        Its words stay under the old number, which no entry has any more, until the file is begun anew.
        """
        values, plain, history = kept.values, _json(kept.values), _json(kept.history)
        name = {"name": values["public_id"]}
        was = self._db.execute("SELECT plain, history FROM entry WHERE public_id = :name", name).fetchone()
        if was == (plain, history):
            return
        if was:
            self._db.execute("DELETE FROM entry WHERE public_id = :name", name)
        applied = values.get("applied_on")
        until = months_after(date.fromisoformat(applied), values["applied_months"]).isoformat() if applied else None
        row = (
            values["public_id"], values["sort_name"], values.get("listed", False), values.get("state"),
            values.get("conditional", False), values.get("valid_until"), until, values["updated_at"], plain, history,
        )  # fmt: skip
        number = self._db.execute("INSERT INTO entry VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row).lastrowid
        self._db.execute("INSERT INTO word (rowid, words) VALUES (?, ?)", (number, _words(kept)))

    def add_changes(self, changes: Iterable[LoggedChange]) -> None:
        """Add changes of the log; of all, the latest stay."""
        rows = [(each.position, each.public_id, json.dumps(asdict(each), default=str)) for each in changes]
        self._db.executemany("INSERT OR REPLACE INTO change VALUES (?, ?, ?)", rows)
        gone = max(self.behind, self.last_position - MOST_CHANGES)
        self._db.execute("DELETE FROM change WHERE position <= ?", (gone,))
        self._db.execute("UPDATE kept SET behind = ?", (gone,))


_LOST = (CertificateState.SUSPENDED, CertificateState.WITHDRAWN)


@dataclass(frozen=True)
class _Statuses:
    """The rule of `agency_status` for SQL."""

    day: date

    def __call__(self, state: str | None, conditional: int, valid_until: str | None, applied_until: str | None) -> str:
        until, applied = (date.fromisoformat(each) if each else None for each in (valid_until, applied_until))
        known = CertificateState(state) if state else None
        given: dict[str, Any] = {"conditional": bool(conditional), "valid_until": until, "applied_until": applied}
        return agency_status(self.day, known, **given).value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _change(row: tuple[str]) -> LoggedChange:
    values = json.loads(row[0])
    return LoggedChange(**(values | {"at": datetime.fromisoformat(values["at"])}))


def _words(kept: Kept) -> str:
    words = [word.replace("=", _WHOLE) for word in kept.words]
    return " ".join([*words, *map(_tag, kept.tags), *(_NUMBER + number for number in kept.numbers)])


def _tag(tag: str) -> str:
    return _TAG + tag.encode().hex()


def _any(words: Iterable[str]) -> str:
    return _fits([(word, False) for word in words])


def _fits(words: Sequence[tuple[str, bool]]) -> str:
    parts = [f'"{word}"' + ("*" if begins else "") for word, begins in words]
    return f"({' OR '.join(parts)})" if parts else ""


def _quoted(values: Iterable[Status | CertificateState]) -> str:
    return ", ".join(f"'{value.value}'" for value in sorted(values))
