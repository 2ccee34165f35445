"""The memory of the last signed head, outside the database: an old backup, or a lost table, cannot fork the log.

It lies beside the keys, on a local disk: `flock` does not hold on every network folder.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
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


class HeadMemory:
    """One lock file that is never replaced, one file that is replaced whole, in a private folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> Head | None:
        """Return the last head, None without a memory; LedgerError if it cannot be read, or is in doubt."""
        known = self._certain()
        return None if known is None else _head(known)

    def advance(self, newer: Head, old: int, proof: Sequence[bytes]) -> None:
        """Remember a head that is about to be signed; LedgerError unless it continues the one before.

        The same head again is allowed: its signature may have been lost on the way.
        """
        with self._alone():
            known = self._certain()
            before = _head(known) if known else EMPTY
            if old != before.size:
                raise LedgerError(f"the proof begins at {old} entries, but {before.size} were signed")
            before.check(newer, proof)
            if known is None or newer != before:
                self._write(newer, known.get("told", []) if known else [])

    def go_on(self, head: Head, *, because: str, at: str) -> None:
        """Continue from this head, whatever was signed before. The file keeps the reason and what it overruled."""
        with self._alone():
            try:
                known = self._known()
            except LedgerError:  # damaged: the reason that is given now must cover it
                known = None
            before = _line(_head(known)) if known else None
            told = known.get("told", []) if known else []
            self._write(head, [*told, {"at": at, "because": because, "before": before, "after": _line(head)}])

    def doubt(self, why: str) -> None:
        """Sign nothing until somebody says with `go_on` why the log may continue: this memory may be an old one."""
        with self._alone():
            known = self._known()
            head = _head(known) if known else EMPTY
            self._write(head, known.get("told", []) if known else [], doubt=why)

    def reasons(self) -> list[dict[str, Any]]:
        """Return each time that `go_on` was called: `at`, `because`, and the heads `before` and `after`."""
        known = self._known()
        return list(known.get("told", [])) if known else []

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with open(self._folder / LOCK, "w", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _certain(self) -> dict[str, Any] | None:
        known = self._known()
        if known and (doubt := known.get("doubt")):
            raise LedgerError(f"the memory of the log {doubt}")
        return known

    def _known(self) -> dict[str, Any] | None:
        try:
            known: dict[str, Any] = json.loads((self._folder / FILE).read_bytes())
            _head(known)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LedgerError(f"the memory of the log in {self._folder} cannot be read: {error}") from error
        return known

    def _write(self, head: Head, told: list[dict[str, Any]], **more: str) -> None:
        """Replace the file; when this returns, it is on disk."""
        fresh = self._folder / f".{FILE}.new"  # one writer at a time, so one left by a crash is overwritten
        with open(fresh, "w", opener=_private) as file:
            json.dump({**_line(head), "told": told, **more}, file, indent=1)
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


def _head(known: dict[str, Any]) -> Head:
    return Head(int(known["size"]), decode(known["root"]))


def _line(head: Head) -> dict[str, Any]:
    return {"size": head.size, "root": encode(head.root)}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
