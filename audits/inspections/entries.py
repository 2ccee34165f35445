"""Write and read the sealed entries of an audit: canonical bytes, chained by their digests. Pure.

An entry says who wrote which value on which cell, on what device, after which entry. The bytes hold codes, numbers and
digests alone. What was typed, and a salt, stand beside them and can be forgotten: `content` in the bytes is the salted
digest of it. The first entry of a chain continues its opening, which says whose chain it is and which key signs it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from audits.core.canonical import canonical
from audits.core.errors import RuleError
from audits.inspections.judging import Method
from audits.inspections.merging import Entry

FORMAT = 1
MOST_BYTES = 4096
MOST_PARENTS = 20
_LARGEST = 2**53 - 1  # of a whole number that browsers keep
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_CELL = re.compile(r"[A-Za-z0-9_.-]{1,60}/[A-Za-z0-9_.-]{1,60}/[1-9]\d{0,8}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class EntryKind(StrEnum):
    """Kinds of entries.

    A choice ends a conflict; a photo is a file on a cell, known by its salted digest; a count is what was counted and
    measured at a unit, on a cell of its own (`count_cell`). A private note of a device is sealed so that none is lost
    on the way; what it says is kept with the private notes, and never beside its entry.
    """

    VERDICT = "verdict"
    CHOICE = "choice"
    PHOTO = "photo"
    COUNT = "count"
    PRIVATE = "private"

    @property
    def judges(self) -> bool:
        """Return whether an entry of this kind is a verdict on its cell."""
        return self in {EntryKind.VERDICT, EntryKind.CHOICE}

    @property
    def replaces(self) -> bool:
        """Return whether an entry of this kind replaces those of its cell that its maker saw."""
        return self not in {EntryKind.PHOTO, EntryKind.PRIVATE}


_JUDGES = tuple(f'"kind":"{kind}"'.encode() for kind in EntryKind if kind.judges)


@dataclass(frozen=True, slots=True)
class Written:
    """What an entry says. `scheme` is the digest of the norm, `cell` is requirement, kind of unit and its position.

    `previous` is the digest of the entry before, or of the opening of the chain; `parents` are those of the entries of
    the cell that its maker saw as the newest. `content` is the salted digest of what was typed, None if nothing was.
    `wall` is what the clock of the device said: a statement, on which nothing rests. `method` and `bulk`, one of many
    verdicts given at once, are in the bytes only where they are said.
    """

    audit: UUID
    scheme: str
    chain: UUID
    person: UUID
    number: int
    previous: str
    kind: EntryKind
    cell: str
    parents: tuple[str, ...]
    value: str
    content: str | None
    wall: str
    method: Method | None = None
    bulk: bool = False

    def data(self) -> bytes:
        """Return the bytes that are hashed and signed."""
        said: dict[str, Any] = {}
        if self.method:
            said["method"] = self.method.value
        if self.bulk:
            said["bulk"] = True
        return canonical(
            {
                "v": FORMAT,
                "audit": str(self.audit),
                "scheme": self.scheme,
                "chain": str(self.chain),
                "person": str(self.person),
                "number": self.number,
                "previous": self.previous,
                "kind": self.kind.value,
                "cell": self.cell,
                "parents": sorted(self.parents),
                "value": self.value,
                "content": self.content,
                "wall": self.wall,
            }
            | said
        )


def cell_of(requirement: str, unit: str, position: int) -> str:
    """Return the name of a cell. It holds the position of a unit, never its reference, which must be erasable."""
    return f"{requirement}/{unit}/{position}"


def count_cell(unit: str, position: int) -> str:
    """Return the name of the cell of what was counted at a unit; no requirement has such a code."""
    return cell_of("counts", unit, position)


def digest_of(data: bytes) -> str:
    """Return the SHA-256 (hex) by which an entry is known."""
    return sha256(data).hexdigest()


def content_digest(salt: bytes, content: Mapping[str, Any]) -> str:
    """Return the salted SHA-256 (hex) of what was typed."""
    return sha256(salt + canonical(content)).hexdigest()


def is_verdict(data: bytes) -> bool:
    """Return whether a stored entry gives its cell a verdict, without parsing it: its strings hold no quotes."""
    return any(part in data for part in _JUDGES)


def opening(*, audit: UUID, chain: UUID, person: UUID, public_key: str | None, at: datetime) -> bytes:
    """Return the bytes that the first entry of a chain continues. No key: written on the pages of the portal."""
    return canonical(
        {
            "v": FORMAT,
            "audit": str(audit),
            "chain": str(chain),
            "person": str(person),
            "key": public_key,
            "opened": moment(at),
        }
    )


def moment(at: datetime) -> str:
    """Return a moment in UTC with six decimals."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def read(data: bytes) -> Written:
    """Return what the bytes of an entry say; RuleError unless they are canonical and of the known form."""
    if len(data) > MOST_BYTES:
        raise RuleError("An entry is larger than it can be.")
    try:
        said = json.loads(data)
        written = _written(said)
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise RuleError("An entry is damaged: it is not in the form that we know.") from error
    if written.data() != data:
        raise RuleError("An entry is damaged: it is not in the form that we know.")
    return written


def stored(digest: str, data: bytes) -> Entry | None:
    """Return an entry that is stored as `merging` takes it, without checking its form again; None if it replaces none.

    Every verdict reads all entries of its cell.
    """
    said = json.loads(data)
    if not EntryKind(said["kind"]).replaces:
        return None
    return Entry(digest, said["cell"], frozenset(said["parents"]), said["value"])


def merged(digest: str, written: Written) -> Entry:
    """Return an entry as `merging` takes it."""
    return Entry(digest, written.cell, frozenset(written.parents), written.value)


def _written(said: Any) -> Written:
    """Build an entry from its JSON; KeyError, TypeError or ValueError for another shape."""
    parents = said["parents"]
    if said["v"] != FORMAT or not isinstance(parents, list) or len(parents) > MOST_PARENTS:
        raise ValueError("another format")
    if "bulk" in said and "method" not in said:
        raise ValueError("in bulk without a method")
    number, content = said["number"], said["content"]
    if type(number) is not int or not 1 <= number <= _LARGEST:
        raise ValueError("no number")
    return Written(
        audit=UUID(said["audit"]),
        scheme=_matching(_DIGEST, said["scheme"]),
        chain=UUID(said["chain"]),
        person=UUID(said["person"]),
        number=number,
        previous=_matching(_DIGEST, said["previous"]),
        kind=EntryKind(said["kind"]),
        cell=_matching(_CELL, said["cell"]),
        parents=tuple(_matching(_DIGEST, parent) for parent in parents),
        value=_matching(_CODE, said["value"]),
        content=None if content is None else _matching(_DIGEST, content),
        wall=_matching(_MOMENT, said["wall"]),
        method=Method(said["method"]) if "method" in said else None,
        bulk=said.get("bulk", False) is True,
    )


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError("another form")
    return text
