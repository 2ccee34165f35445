"""The memory of the last signed head and the last used numbers, outside the database.

So neither an old backup nor a lost table can fork the log, or give the number of a certificate twice.

It lies beside the keys, on a local disk: `flock` does not hold on every network folder.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certificates.ledger import tree
from certificates.ledger.notes import Checkpoint, decode, encode

FILE, LOCK = "checkpoint.json", ".checkpoint.lock"


class LedgerError(Exception):
    """The tree does not continue the one signed before; nothing was signed."""


@dataclass(frozen=True, slots=True)
class Head:
    """The size of the log and its root hash at that size."""

    size: int
    root: bytes

    def check(self, newer: Self, proof: Sequence[bytes]) -> None:
        """Raise LedgerError unless the proof shows that `newer` continues this one (tlog-checkpoint: a log must)."""
        if newer.size < self.size:
            raise LedgerError(f"the log has {newer.size} entries, but {self.size} were signed")
        if not tree.consistent(self.size, newer.size, self.root, newer.root, proof):
            raise LedgerError(f"the first {self.size} entries are not those that were signed")


EMPTY = Head(0, tree.EMPTY)


class HeadKey(Protocol):
    """A key that signs heads, and remembers the last one."""

    def public_key(self) -> Ed25519PublicKey:
        """Return its public half."""

    def remembered(self) -> Head | None:
        """Return the last head that was signed, None before the first."""

    def sign_head(self, text: str, old: int, proof: Sequence[bytes]) -> bytes:
        """Sign the text of a checkpoint whose proof begins at the remembered size. LedgerError if it does not fit."""


class NumberKeeper(Protocol):
    """Whoever remembers which numbers were used."""

    def numbers(self) -> dict[str, int] | None:
        """Return the last number that was used in each series, None without a memory. LedgerError."""

    def use_number(self, series: str, number: int) -> None:
        """Remember a number of a transaction that has ended, before anything is signed that names it. LedgerError."""


class HeadMemory:
    """One lock file that is never replaced, one file that is replaced whole, in a private folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Head | None:
        """Return the last head, None without a memory; LedgerError if it cannot be read, or is in doubt."""
        return _head(self._certain())

    def numbers(self) -> dict[str, int] | None:
        """See `NumberKeeper.numbers`. LedgerError as `read`."""
        known = self._certain()
        return _numbers(known) if known else None

    def advance(self, newer: Head, old: int, proof: Sequence[bytes]) -> None:
        """Remember a head that is about to be signed; LedgerError unless it continues the one before.

        The same head again is allowed: its signature may have been lost on the way.
        """
        with self._alone():
            known = self._certain()
            remembered = _head(known)
            before = remembered or EMPTY
            if old != before.size:
                raise LedgerError(f"the proof begins at {old} entries, but {before.size} were signed")
            before.check(newer, proof)
            if newer != remembered:
                self._write(known | _line(newer))

    def use_number(self, series: str, number: int) -> None:
        """See `NumberKeeper.use_number`. In doubt too: this number is of a case that the database knows."""
        with self._alone():
            known = self._known()
            if number > _numbers(known).get(series, 0):
                self._write(known | {"numbers": _numbers(known) | {series: number}})

    def go_on(self, head: Head, *, because: str, at: str, numbers: Mapping[str, int] | None = None) -> None:
        """Continue from this head, whatever was signed before. The file keeps the reason and what it overruled.

        `numbers` are the last of their series that somebody outside has seen.
        """
        with self._alone():
            try:
                known = self._known()
            except LedgerError:  # damaged: the reason that is given now must cover it
                known = {}
            overruled = _head(known)
            told = {"at": at, "because": because, "before": overruled and _line(overruled), "after": _line(head)}
            used = _numbers(known)
            used |= {series: max(last, used.get(series, 0)) for series, last in (numbers or {}).items()}
            self._write({**_line(head), "numbers": used, "told": [*_told(known), told]})

    def doubt(self, why: str) -> None:
        """Sign and number nothing until somebody says with `go_on` why: this memory may be an old one."""
        with self._alone():
            self._write(_line(EMPTY) | self._known() | {"doubt": why})

    def reasons(self) -> list[dict[str, Any]]:
        """Return each time that `go_on` was called: `at`, `because`, and the heads `before` and `after`."""
        return _told(self._known())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._folder / LOCK, "w", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _certain(self) -> dict[str, Any]:
        known = self._known()
        if doubt := known.get("doubt"):
            raise LedgerError(f"the memory of the log {doubt}")
        return known

    def _known(self) -> dict[str, Any]:
        """Return what the file says, nothing without one. One that says nothing is not ours."""
        try:
            known: dict[str, Any] = json.loads((self._folder / FILE).read_bytes())
            if not known:
                raise ValueError("it is empty")
            _head(known), _numbers(known)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LedgerError(f"the memory of the log in {self._folder} cannot be read: {error}") from error
        return known

    def _write(self, known: Mapping[str, Any]) -> None:
        """Replace the file; when this returns, it is on disk."""
        fresh = self._folder / f".{FILE}.new"  # one writer at a time, so one left by a crash is overwritten
        with open(fresh, "w", opener=_private) as file:
            json.dump(known, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / FILE)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class RememberingKey:
    """An Ed25519 key in this process, with its memory."""

    def __init__(self, key: Ed25519PrivateKey, memory: HeadMemory) -> None:
        self._key = key
        self._memory = memory
        self.public_key = key.public_key
        self.remembered = memory.read

    def sign_head(self, text: str, old: int, proof: Sequence[bytes]) -> bytes:
        """See `HeadKey.sign_head`. The head is remembered before the signature leaves."""
        checkpoint = Checkpoint.parse(text)
        self._memory.advance(Head(checkpoint.size, checkpoint.root), old, proof)
        return self._key.sign(text.encode())


def _head(known: Mapping[str, Any]) -> Head | None:
    """Return the head, None if only numbers are remembered so far."""
    return Head(int(known["size"]), decode(known["root"])) if known.keys() - {"numbers"} else None


def _numbers(known: Mapping[str, Any]) -> dict[str, int]:
    return {series: int(last) for series, last in known.get("numbers", {}).items()}


def _told(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(known.get("told", []))


def _line(head: Head) -> dict[str, Any]:
    return {"size": head.size, "root": encode(head.root)}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
